import { generateKeyPairSync } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { apiKeyOfPlatform, sampleText } from './sample-texts'
import { signaturesOf } from '../../../src/verify/content'
import { keyBytes, sign } from '../../../src/verify'
import type { FindingCode } from '../../../src/explain'
import { NOON, NOON_SECONDS } from '../verify/secrets'
import { type Case, type Genuine, type Sender, senderNamed, secretOf } from './senders'

// What receivers get wrong, each as a change of a delivery that verifies.

/** How a sender writes its body. */
export type Writing = 'compact' | 'indented' | 'spaced' | 'ascii' | 'slashes'

export interface PlantedFault {
  readonly name: string
  /** What it must be called. */
  readonly code: FindingCode
  /** Compact where it does not matter. */
  readonly writing?: Writing
  /** Null: the delivery has nothing to change so. */
  readonly plant: (delivery: Genuine) => Case | null
}

export function writtenBy(writing: Writing, value: unknown): string {
  const compact = JSON.stringify(value)
  switch (writing) {
    case 'compact':
      return compact
    case 'indented':
      return JSON.stringify(value, null, 2)
    case 'spaced':
      return spaced(value)
    case 'ascii':
      return compact.replaceAll(
        /[^\0-\x7f]/g,
        character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
    case 'slashes':
      return compact.replaceAll('/', '\\/')
  }
}

/** As `json.dumps` of Python writes it. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`)
  return `{${members.join(', ')}}`
}

function inBody(name: string, code: FindingCode, change: (body: string) => string | Buffer | null): PlantedFault {
  return {
    name,
    code,
    plant: delivery => {
      const arrived = change(delivery.body.toString('utf8'))
      return arrived === null ? null : withBody(delivery, Buffer.from(arrived))
    },
  }
}

function withBody(delivery: Genuine, body: Buffer): Case | null {
  return body.equals(delivery.body) ? null : { ...delivery, request: { ...delivery.request, body } }
}

/** A signature that stands in the body goes with it: it cannot be in what is no JSON any more. */
function signsInHeader({ sender }: Genuine): boolean {
  return sender.scheme.inBody === undefined
}

function parsedAgain(body: string): string {
  return JSON.stringify(JSON.parse(body))
}

function inSortedOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSortedOrder)
  if (typeof value !== 'object' || value === null) return value
  const sorted = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(sorted.map(([key, member]) => [key, inSortedOrder(member)]))
}

export const bodyFaults: readonly PlantedFault[] = (
  [
    { ...inBody('parsed, and serialised without its indents', 'body-reserialised', parsedAgain), writing: 'indented' },
    { ...inBody('parsed, and serialised without its spaces', 'body-reserialised', parsedAgain), writing: 'spaced' },
    inBody('printed prettily', 'body-reserialised', body => JSON.stringify(JSON.parse(body), null, 2)),
    inBody('printed prettily by 4', 'body-reserialised', body => JSON.stringify(JSON.parse(body), null, 4)),
    inBody('serialised as Python does', 'body-reserialised', body => spaced(JSON.parse(body))),
    { ...inBody('parsed, with its escapes gone', 'body-escapes', parsedAgain), writing: 'ascii' },
    { ...inBody('parsed, with its slashes bare', 'body-escapes', parsedAgain), writing: 'slashes' },
    inBody('with its characters escaped', 'body-escapes', body => writtenBy('ascii', JSON.parse(body))),
    inBody('with its keys sorted', 'body-key-order', body => JSON.stringify(inSortedOrder(JSON.parse(body)))),
    inBody('with a newline more', 'body-newline', body => `${body}\n`),
    inBody('with CR LF more', 'body-newline', body => `${body}\r\n`),
    inBody('with spaces around', 'body-whitespace', body => `  ${body} `),
    inBody('with a byte order mark', 'body-byte-order-mark', body => `\ufeff${body}`),
    { ...inBody('with CR LF for line feeds', 'body-line-endings', toCrLf), writing: 'indented' },
    inBody('read as Latin-1', 'body-charset', body => {
      const read = Buffer.from(body).toString('latin1')
      return read === body ? null : read
    }),
    inBody('read as windows-1252', 'body-charset', body => {
      const read = new TextDecoder('windows-1252').decode(Buffer.from(body))
      return read === body ? null : read
    }),
    inBody('written as Latin-1', 'body-charset', body => {
      return /[^\0-\xff]/.test(body) || !/[^\0-\x7f]/.test(body) ? null : Buffer.from(body, 'latin1')
    }),
    inBody('with lost characters', 'body-charset', body => {
      return /[^\0-\x7f]/.test(body) ? body.replaceAll(/[^\0-\x7f]/gu, '\ufffd') : null
    }),
    inBody('read already', 'body-empty', () => ''),
    inBody('still base64', 'body-base64', body => Buffer.from(body).toString('base64')),
    inBody('still compressed', 'body-compressed', body => gzipSync(body)),
    inBody('put into a JSON text', 'body-stringified', body => JSON.stringify(body)),
    inBody('a Buffer as JSON', 'body-stringified', body => JSON.stringify(Buffer.from(body))),
    inBody('an object as text', 'body-stringified', () => '[object Object]'),
    inBody('within an event', 'body-wrapped', body => JSON.stringify({ version: '2.0', body, isBase64Encoded: false })),
    inBody('with the sizes of chunks', 'body-chunked', body => {
      return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`
    }),
    inBody('encoded as a URL is', 'body-url-encoding', body => {
      return body.isWellFormed() ? encodeURIComponent(body) : null
    }),
  ] as const satisfies readonly PlantedFault[]
).map((fault: PlantedFault): PlantedFault => {
  const fits = (delivery: Genuine): boolean => signsInHeader(delivery) || inBodyToo.includes(fault.code)
  return { ...fault, plant: delivery => (fits(delivery) ? fault.plant(delivery) : null) }
})

/** What is found as well where the signature stands in the body. */
const inBodyToo: readonly FindingCode[] = ['body-newline', 'body-base64', 'body-compressed', 'body-wrapped']

function toCrLf(body: string): string {
  return body.replaceAll('\n', '\r\n')
}

/** The body was cut off, or holds more; Content-Length tells. */
export const lengthFaults: readonly PlantedFault[] = [
  {
    name: 'cut off, with its length in a header',
    code: 'body-length',
    plant: delivery => {
      if (!signsInHeader(delivery) || delivery.body.length < 4) return null
      const headers = { ...delivery.headers, 'content-length': String(delivery.body.length) }
      return { ...delivery, request: { ...delivery.request, headers, body: delivery.body.subarray(0, -2) } }
    },
  },
]

function ofSecret(
  name: string,
  code: FindingCode,
  change: (secret: string, delivery: Genuine) => string | null,
): PlantedFault {
  return {
    name,
    code,
    plant: delivery => {
      const secret = change(delivery.secret, delivery)
      return secret === null || secret === delivery.secret ? null : { ...delivery, secrets: [{ secret }] }
    },
  }
}

const { publicKey, privateKey } = generateKeyPairSync('ed25519')

export const secretFaults: readonly PlantedFault[] = [
  ofSecret('with a newline', 'secret-whitespace', secret => `${secret}\n`),
  ofSecret('with spaces around', 'secret-whitespace', secret => ` ${secret} `),
  ofSecret('with a byte order mark', 'secret-whitespace', secret => `\ufeff${secret}`),
  ofSecret('with a newline that is spelled', 'secret-whitespace', secret => `${secret}\\n`),
  ofSecret('in quotes', 'secret-quoted', secret => `"${secret}"`),
  ofSecret('in single quotes', 'secret-quoted', secret => `'${secret}'`),
  ofSecret('without its prefix', 'secret-prefix', (secret, { sender: { form, scheme } }) => {
    return form.prefix.startsWith('whsec_') && isText(scheme) ? secret.slice(form.prefix.length) : null
  }),
  ofSecret('with a prefix more', 'secret-prefix', (secret, { sender: { scheme } }) => {
    return isText(scheme) && !secret.startsWith('whsec_') ? `whsec_${secret}` : null
  }),
  ofSecret('with its prefix twice', 'secret-prefix', (secret, { sender: { form } }) => {
    return form.prefix.endsWith('_') ? form.prefix + secret : null
  }),
  ofSecret('in hex for base64', 'secret-encoding', (secret, { sender: { scheme } }) => {
    return scheme.keyBytes.encoding === 'base64' ? keyBytes(secret, scheme.keyBytes).toString('hex') : null
  }),
  ofSecret('in base64 for hex', 'secret-encoding', (secret, { sender: { scheme } }) => {
    return scheme.keyBytes.encoding === 'hex' ? keyBytes(secret, scheme.keyBytes).toString('base64') : null
  }),
  ofSecret('in base64url for base64', 'secret-encoding', (secret, { sender: { scheme } }) => {
    if (scheme.keyBytes.encoding !== 'base64') return null
    const text = keyBytes(secret, scheme.keyBytes).toString('base64url')
    return /[_-]/.test(text) ? text : null
  }),
  ofSecret('in base64 once more', 'secret-encoded-again', secret => Buffer.from(secret).toString('base64')),
  ofSecret('encoded as a URL is', 'secret-url-encoded', secret => {
    return encodeURIComponent(secret) === secret ? null : encodeURIComponent(secret)
  }),
  ofSecret('in capitals', 'secret-case', (secret, { sender: { form, scheme } }) => {
    return isText(scheme) && form.encoding === 'hex' && form.prefix === '' ? secret.toUpperCase() : null
  }),
  ofSecret('the document of the mirror', 'secret-is-document', secret => mirrorText(secret)),
  ofSecret('another document', 'secret-is-document', () => '{"username":"hook","port":443}'),
  ofSecret('an API key of Keyturn', 'secret-is-api-key', () => apiKeyOfPlatform),
  ofSecret('an API key of the same sender', 'secret-is-api-key', (_, { sender }) => sampleText(sender.name, 'apiKey')),
  ofSecret('an access token', 'secret-is-api-key', () => `ghp_${'aB3'.repeat(12)}`),
  ofSecret('a JSON Web Token', 'secret-is-api-key', () => 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'),
  ofSecret("another scheme's secret", 'secret-of-another-scheme', (_, { sender }) => otherSecret(sender)),
  ofSecret('a public key in PEM', 'secret-is-public-key', () => {
    return publicKey.export({ type: 'spki', format: 'pem' }).toString()
  }),
  ofSecret('a public key in base64', 'secret-is-public-key', () => {
    return publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  }),
  ofSecret('a JSON Web Key', 'secret-is-public-key', () => JSON.stringify(publicKey.export({ format: 'jwk' }))),
  ofSecret('an OpenSSH key', 'secret-is-public-key', () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPQ someone@here'),
  ofSecret('a private key', 'secret-is-private-key', () => {
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }),
  ofSecret('its mask', 'secret-is-mask', secret => `${secret.slice(0, 6)}${'•'.repeat(24)}`),
  ofSecret('its hint', 'secret-is-mask', secret => secret.slice(-4)),
  ofSecret("the secret's ARN", 'secret-is-name', () => {
    return 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:keyturn/prod/org_1/ep_1-AbCdEf'
  }),
  ofSecret("the mirror's name", 'secret-is-name', () => 'keyturn/prod/org_1/ep_local0000000000000000001'),
  ofSecret('a variable that nobody replaced', 'secret-is-placeholder', () => '${WEBHOOK_SECRET}'),
  ofSecret('a placeholder', 'secret-is-placeholder', () => 'PLACEHOLDER'),
  ofSecret("the key's id", 'secret-is-id', () => 'key_f915e3524d104a85842f549b'),
  ofSecret("the receiver's URL", 'secret-is-url', () => 'https://receiver.example/hooks'),
  ofSecret('empty', 'secret-empty', () => ''),
  ofSecret('nothing but spaces', 'secret-empty', () => '  \n'),
  ofSecret('of another endpoint', 'no-key-signed', (_, { sender }) => secretOf(sender, 99)),
  ofSecret('cut off', 'secret-length', (secret, { sender: { form, scheme } }) => {
    return isText(scheme) && form.encoding === 'hex' ? secret.slice(0, -6) : null
  }),
]

function isText({ keyBytes: { encoding, prefix } }: Sender['scheme']): boolean {
  return encoding === 'utf8' && prefix === ''
}

function otherSecret({ scheme }: Sender): string | null {
  if (scheme.keyBytes.encoding === 'base64') return secretOf(senderNamed('tumban'), 50)
  return scheme.keyBytes.encoding === 'hex' ? secretOf(senderNamed('keyturn'), 50) : null
}

function mirrorText(secret: string): string {
  const key = { id: 'key_1', secret, createdAt: NOON.toISOString(), expiresAt: null }
  return JSON.stringify({ endpointId: 'ep_1', tenantId: 'org_1', version: 1, signingSecret: secret, keys: [key] })
}

function ofKeys(name: string, code: FindingCode, change: (delivery: Genuine) => Case['secrets']): PlantedFault {
  return { name, code, plant: delivery => ({ ...delivery, secrets: change(delivery) }) }
}

const aDayAgo = new Date(NOON.getTime() - 86_400_000)

export const keyFaults: readonly PlantedFault[] = [
  ofKeys('a key that ended two hours ago', 'key-ended', ({ secret, sender }) => [
    { id: 'key_new', secret: secretOf(sender, 50), createdAt: aDayAgo, expiresAt: null },
    { id: 'key_old', secret, createdAt: aDayAgo, expiresAt: new Date(NOON.getTime() - 7_200_000) },
  ]),
  ofKeys('a key that is not current yet', 'key-pending', ({ secret, sender }) => [
    { id: 'key_old', secret: secretOf(sender, 50), label: 'AWSCURRENT' },
    { id: 'key_new', secret, label: 'AWSPENDING' },
  ]),
  ofKeys('a key of the version before', 'key-of-previous-version', ({ secret, sender }) => [
    { secret: secretOf(sender, 50), label: 'AWSCURRENT' },
    { secret, label: 'AWSPREVIOUS' },
  ]),
  ofKeys('the version before alone', 'key-of-previous-version', ({ sender }) => [
    { secret: secretOf(sender, 50), label: 'AWSPREVIOUS' },
  ]),
  ofKeys('keys that have all ended', 'key-ended', ({ sender }) => [
    { secret: secretOf(sender, 50), expiresAt: new Date(NOON.getTime() - 1) },
  ]),
  ofKeys('no secret', 'no-secret', () => []),
  {
    name: 'keys that are younger than the request',
    code: 'keys-made-later',
    plant: delivery => {
      const { sender } = delivery
      const isSeconds = sender.scheme.timestamp.length > 0 && !sender.scheme.milliseconds && !sender.scheme.isoTime
      if (!isSeconds) return null
      const createdAt = new Date(NOON.getTime() + 60_000)
      return { ...delivery, secrets: [{ id: 'key_new', secret: secretOf(sender, 50), createdAt }] }
    },
  },
]

type Headers = Readonly<Record<string, string>>

function ofHeaders(
  name: string,
  code: FindingCode,
  change: (delivery: Genuine) => Headers | readonly (readonly [string, string])[] | null,
): PlantedFault {
  return {
    name,
    code,
    plant: delivery => {
      const headers = change(delivery)
      return headers === null ? null : { ...delivery, request: { ...delivery.request, headers } }
    },
  }
}

function signatureName({ sender: { scheme } }: Genuine): string | null {
  return scheme.signature.header[0] ?? null
}

function timestampName({ sender: { scheme } }: Genuine): string | null {
  return scheme.timestamp[0] ?? null
}

function without(headers: Headers, name: string): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name))
}

function renamedTo(delivery: Genuine, change: (name: string) => string): Headers | null {
  const name = signatureName(delivery)
  if (name === null || change(name) === name) return null
  return { ...without(delivery.headers, name), [change(name)]: delivery.headers[name] ?? '' }
}

function resigned(delivery: Genuine, change: (signature: string) => string | null): Headers | null {
  const name = signatureName(delivery)
  const changed = name === null ? null : change(delivery.headers[name] ?? '')
  return name === null || changed === null ? null : { ...delivery.headers, [name]: changed }
}

export const headerFaults: readonly PlantedFault[] = [
  ofHeaders('without its signature', 'header-missing', delivery => {
    const name = signatureName(delivery)
    return name === null ? null : without(delivery.headers, name)
  }),
  ofHeaders('without its time', 'header-missing', delivery => {
    const name = timestampName(delivery)
    return name === null ? null : without(delivery.headers, name)
  }),
  ofHeaders('without its id', 'header-missing', ({ sender, headers }) => {
    const [name] = sender.scheme.id
    return name === undefined ? null : without(headers, name)
  }),
  ofHeaders('without any', 'header-missing', delivery => (signatureName(delivery) === null ? null : {})),
  ofHeaders('with an empty signature', 'header-empty', delivery => resigned(delivery, () => '')),
  ofHeaders('with its signature twice', 'header-doubled', delivery => {
    const name = signatureName(delivery)
    const entries = Object.entries(delivery.headers)
    return name === null ? null : [...entries, [name, delivery.headers[name] ?? ''] as const]
  }),
  ofHeaders('with its time twice, joined', 'header-doubled', delivery => {
    const name = timestampName(delivery)
    const time = name === null ? '' : (delivery.headers[name] ?? '')
    return name === null || !/^\d+$/.test(time) ? null : { ...delivery.headers, [name]: `${time}, ${time}` }
  }),
  ofHeaders('with another time before its own', 'header-doubled', delivery => {
    const name = timestampName(delivery)
    const entries = Object.entries(delivery.headers)
    return name === null ? null : [[name, delivery.headers[name]?.replace('1', '2') ?? ''] as const, ...entries]
  }),
  ofHeaders('under a name with X-', 'header-renamed', delivery => {
    return renamedTo(delivery, name => (name.startsWith('x-') ? name.slice(2) : `x-${name}`))
  }),
  ofHeaders('under a remapped name', 'header-renamed', delivery => {
    return renamedTo(delivery, name => `x-amzn-remapped-${name}`)
  }),
  ofHeaders('with underscores', 'header-renamed', delivery => renamedTo(delivery, name => name.replaceAll('-', '_'))),
  ofHeaders('with spaces around its time', 'header-altered', delivery => {
    const name = timestampName(delivery)
    return name === null ? null : { ...delivery.headers, [name]: ` ${delivery.headers[name]} ` }
  }),
  ofHeaders('with a signature that is cut off', 'signature-truncated', delivery => {
    return resigned(delivery, signature => signature.slice(0, -8))
  }),
  ofHeaders('with hex in the other case', 'signature-spelling', delivery => {
    const { encoding } = delivery.sender.scheme.signature
    if (encoding === 'base64') return null
    return resigned(delivery, signature => {
      const other = signature.replace(/[0-9a-fA-F]{64}/, found => {
        return encoding === 'hex' ? found.toUpperCase() : found.toLowerCase()
      })
      return other === signature ? null : other
    })
  }),
  ofHeaders('with base64 that has no end', 'signature-spelling', delivery => {
    return resigned(delivery, signature => (signature.endsWith('=') ? signature.slice(0, -1) : null))
  }),
  ofHeaders('with hex for base64', 'signature-spelling', delivery => {
    if (delivery.sender.scheme.signature.encoding !== 'base64') return null
    return resigned(delivery, signature =>
      signature.replace(/[A-Za-z0-9+/]{43}=/, found => Buffer.from(found, 'base64').toString('hex')),
    )
  }),
  ofHeaders('without the prefix of its signature', 'signature-spelling', delivery => {
    const { prefix } = delivery.sender.scheme.signature
    return prefix === '' ? null : resigned(delivery, signature => signature.replaceAll(prefix, ''))
  }),
  ofHeaders('with another second signature', 'second-signature', ({ sender: { scheme }, headers }) => {
    const [name] = scheme.weaker?.header ?? []
    return name === undefined ? null : { ...headers, [name]: `sha256=${'0'.repeat(64)}` }
  }),
  {
    name: 'with the signature of the body alone',
    code: 'signed-otherwise',
    plant: delivery => {
      const { sender, headers, secret, body } = delivery
      const { scheme } = sender
      if (scheme.inBody !== undefined || signaturesOf(scheme).some(({ content }) => content === '{body}')) return null
      if (scheme.signature.form === 'timestamped' || scheme.signature.content === '{url}{body}') return null
      const alone = { ...scheme, weaker: undefined, signature: { ...scheme.signature, content: '{body}' } }
      const made = sign(body, secret, { scheme: alone, id: 'msg_1', tenant: 'org_1', now: NOON })
      return { ...delivery, request: { ...delivery.request, headers: { ...headers, ...made } } }
    },
  },
]

/** Signed anew at another time, as by a sender whose clock is off. */
export interface TimeFault {
  readonly name: string
  readonly code: FindingCode
  readonly ageSeconds: number
  readonly says: RegExp
}

export const timeFaults: readonly TimeFault[] = [
  { name: 'seven minutes old', code: 'clock-skew', ageSeconds: 420, says: /7 minutes ago/ },
  { name: 'ten minutes ahead', code: 'clock-skew', ageSeconds: -600, says: /10 minutes from now.*behind/ },
  { name: 'three days old', code: 'replayed', ageSeconds: 3 * 86_400, says: /3 days ago/ },
  { name: 'two hours ahead, as by a time zone', code: 'clock-skew', ageSeconds: -7200, says: /2 hours.*UTC/ },
]

export const unitFaults: readonly PlantedFault[] = [
  ofTime('in milliseconds', 'timestamp-in-milliseconds', ({ scheme }) => {
    return scheme.milliseconds || scheme.isoTime ? null : String(NOON_SECONDS * 1000)
  }),
  ofTime('in seconds', 'timestamp-in-seconds', ({ scheme }) => (scheme.milliseconds ? String(NOON_SECONDS) : null)),
  ofTime('as a date', 'timestamp-malformed', ({ scheme }) => (scheme.isoTime ? null : NOON.toISOString())),
  ofTime('as no time', 'timestamp-malformed', () => 'yesterday'),
]

function ofTime(name: string, code: FindingCode, written: (sender: Sender) => string | null): PlantedFault {
  return ofHeaders(`with its time ${name}`, code, delivery => {
    const at = timestampName(delivery)
    const text = written(delivery.sender)
    return at === null || text === null ? null : { ...delivery.headers, [at]: text }
  })
}

export const urlFaults: readonly PlantedFault[] = [
  ofUrl('with a slash more', url => url.replace('/in?', '/in/?')),
  ofUrl('by http', url => url.replace('https', 'http')),
  ofUrl('at another host', url => url.replace('receiver.example', '10.0.0.7:8080')),
  ofUrl('below a stage', url => url.replace('/hooks', '/prod/hooks')),
  {
    name: 'verified without the query that it came with',
    code: 'wrong-url',
    plant: delivery => {
      if (delivery.sender.scheme.signature.content !== '{url}{body}') return null
      return { ...delivery, options: { ...delivery.options, url: delivery.url.replace(/\?.*/, '') } }
    },
  },
]

function ofUrl(name: string, change: (url: string) => string): PlantedFault {
  return {
    name,
    code: 'wrong-url',
    plant: delivery => {
      if (delivery.sender.scheme.signature.content !== '{url}{body}') return null
      const url = change(delivery.url)
      const headers = { ...delivery.headers, host: 'receiver.example' }
      return { ...delivery, request: { ...delivery.request, url, headers }, options: { ...delivery.options, url } }
    },
  }
}

export const plantedFaults: readonly PlantedFault[] = [
  ...bodyFaults,
  ...lengthFaults,
  ...secretFaults,
  ...keyFaults,
  ...headerFaults,
  ...unitFaults,
  ...urlFaults,
]
