import type { Contract } from '../contracts/contract'
import { schemeOf } from '../contracts/secret-key'

// What a receiver needs to verify with every live key, in the contract's own scheme.

/** Lines of TypeScript. `mirrorName`: of the secret that the receiver reads; null: it holds its secrets itself. */
export function receiverSnippet(contract: Pick<Contract, 'signing' | 'secret'>, mirrorName: string | null): string {
  const scheme = schemeOf(contract)
  const isUsual =
    scheme.signature.header.includes('webhook-signature') &&
    scheme.signature.form === 'list' &&
    scheme.keyBytes.prefix === 'whsec_'
  const lines = mirrorName === null ? held(isUsual) : read(mirrorName, isUsual)
  const [imports, calls] = lines
  return [...imports, '', ...(isUsual ? [] : [`const scheme: Scheme = ${literal(scheme)}`]), ...calls].join('\n')
}

type Lines = readonly [imports: readonly string[], calls: readonly string[]]

function held(isUsual: boolean): Lines {
  return [
    [`import { ${isUsual ? 'verify' : 'type Scheme, verify'} } from ${text('keyturn/verify')}`],
    [
      '// Both, while both live.',
      `verify(rawBody, request.headers, [newSecret, oldSecret]${isUsual ? '' : ', { scheme }'})`,
    ],
  ]
}

function read(name: string, isUsual: boolean): Lines {
  return [
    [
      `import { SecretsManagerClient } from ${text('@aws-sdk/client-secrets-manager')}`,
      `import { mirroredSecrets } from ${text('keyturn/secrets-manager')}`,
      ...(isUsual ? [] : [`import type { Scheme } from ${text('keyturn/verify')}`]),
    ],
    [
      'const secrets = mirroredSecrets({',
      `  secretId: ${text(name)},`,
      '  client: new SecretsManagerClient({}),',
      '})',
      `await secrets.verify(rawBody, request.headers${isUsual ? '' : ', { scheme }'})`,
    ],
  ]
}

/** As JavaScript writes it. */
function text(value: string): string {
  return `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`
}

function literal(value: object): string {
  return JSON.stringify(value, null, 2).replaceAll(/"(\w+)":/g, '$1:')
}
