import { readFileSync } from 'node:fs'
import { loadContracts } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { systemCode } from '../scripts/files'
import { allContracts, hookContracts } from '../src/contracts/all'
import type { Contract } from '../src/contracts/contract'
import { schemeOf } from '../src/contracts/secret-key'
import {
  type CapturedRequest,
  explain,
  type ExplainOptions,
  type Explanation,
  type Finding,
  type GivenKey,
  keysOfMirror,
  readCapturedRequest,
} from '../src/explain'
import { bodyHex, type Scheme, standardWebhooks, tenantBodyHex, timestampBodyHex, timestampedList } from '../src/verify'
import type { Given, Report } from './command'

// `keyturn explain`: why a captured request does not verify. No value of an option is printed: it may be a secret that was
// put in the wrong place.

export interface ExplainCommandOptions {
  readonly request?: string
  readonly contract?: string
  readonly scheme?: string
  readonly config?: string
  readonly secretFile?: readonly string[]
  readonly secretEnv?: readonly string[]
  readonly mirrorFile?: readonly string[]
  readonly url?: string
  readonly now?: string
  readonly toleranceSeconds?: string
}

/** Ends with 0 where the request verifies, and with 1 where it does not. @throws {OperatorError} */
export async function explainRequest({ options, args }: Given<ExplainCommandOptions>): Promise<Report> {
  if (args.length > 0) {
    throw new OperatorError(
      'explain takes options alone: a secret among the arguments is seen by every user of the machine',
    )
  }
  const inputs = [options.request, ...(options.secretFile ?? []), ...(options.mirrorFile ?? [])]
  if (inputs.filter(each => each === '-').length > 1) throw new OperatorError('- can stand for one file alone')
  const request = requestIn(options)
  const sender = await senderOf(options)
  const now = timeOf(options.now)
  const explanation = explain(request, secretsIn(options), {
    ...sender,
    url: urlOf(options.url),
    now,
    toleranceSeconds: toleranceOf(options.toleranceSeconds),
  })
  return { lines: linesOf(explanation), json: explanation, exitCode: explanation.verified ? 0 : 1 }
}

function requestIn({ request }: ExplainCommandOptions): CapturedRequest {
  if (request === undefined) throw new OperatorError('explain needs --request, a file that holds the request')
  const file = fileOf('--request', request)
  try {
    return readCapturedRequest(file)
  } catch (error) {
    if (error instanceof TypeError) throw new OperatorError(`--request: ${error.message}`)
    throw error
  }
}

/** The file's bytes; `-` is the standard input. Its name is not printed: a secret may have been taken for one. */
function fileOf(option: string, path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const reason = code === 'ENOENT' ? 'there is no such file' : code
    throw new OperatorError(`${option} takes a file that can be read, or - for the standard input: ${reason}`)
  }
}

function secretsIn({ secretFile = [], secretEnv = [], mirrorFile = [] }: ExplainCommandOptions): readonly GivenKey[] {
  const keys = [
    ...mirrorFile.flatMap(mirrorIn),
    ...secretFile.map(path => ({ secret: fileOf('--secret-file', path).toString('utf8') })),
    ...secretEnv.map(secretInVariable),
  ]
  if (keys.length > 0) return keys
  throw new OperatorError('explain needs the secrets: --secret-file, --secret-env or --mirror-file')
}

function mirrorIn(path: string): readonly GivenKey[] {
  const text = fileOf('--mirror-file', path).toString('utf8')
  try {
    return keysOfMirror(text)
  } catch (error) {
    if (error instanceof TypeError) throw new OperatorError(`--mirror-file: ${error.message}`)
    throw error
  }
}

function secretInVariable(name: string): GivenKey {
  if (!/^[A-Z_][A-Z0-9_]{0,63}$/i.test(name)) {
    throw new OperatorError('--secret-env takes the name of an environment variable, and not a secret')
  }
  const secret = process.env[name]
  if (secret !== undefined) return { secret }
  throw new OperatorError('--secret-env: there is no environment variable of that name')
}

type Sender = Pick<ExplainOptions, 'scheme' | 'secretForm' | 'known'>

async function senderOf({ contract: name, scheme, config }: ExplainCommandOptions): Promise<Sender> {
  const own = config === undefined ? [] : await loadContracts(config)
  const contracts = [...own, ...allContracts, ...hookContracts]
  const known = contracts.map(each => ({ name: each.name, scheme: schemeOf(each), ...formsOf(each) }))
  if (name !== undefined && scheme !== undefined) throw new OperatorError('give --contract or --scheme, not both')
  if (scheme !== undefined) return { scheme: schemeNamed(scheme), known }
  const contract = contracts.find(each => each.name === name)
  if (contract !== undefined) return { scheme: schemeOf(contract), secretForm: contract.secret, known }
  const names = contracts.map(each => each.name).join(', ')
  if (name === undefined) throw new OperatorError(`explain needs --contract (${names}) or --scheme`)
  throw new OperatorError(`--contract takes one of ${names}, or one of --config`)
}

function formsOf({ secret, credentials }: Contract) {
  return { secret, apiKey: credentials.apiKey }
}

type MadeScheme = (...names: readonly string[]) => Scheme | null

/** What stands after the colon, separated by commas, are names of headers. */
const schemes: Readonly<Record<string, MadeScheme>> = {
  'standard-webhooks': (...names) => (names.length === 0 ? standardWebhooks : null),
  'timestamped-list': (header, ...more) => (!header || more.length > 0 ? null : timestampedList({ header })),
  'timestamp-body-hex': (header, timestamp, ...more) =>
    !header || !timestamp || more.length > 0 ? null : timestampBodyHex({ header, timestamp }),
  'body-hex': (header, prefix = '', ...more) => (!header || more.length > 0 ? null : bodyHex({ header, prefix })),
  'tenant-body-hex': (header, bodyHeader, timestamp, tenant, ...more) =>
    !header || !bodyHeader || !timestamp || !tenant || more.length > 0
      ? null
      : tenantBodyHex({ header, bodyHeader, timestamp, tenant }),
}

const schemeForms = [
  'standard-webhooks',
  'timestamped-list:<header>',
  'timestamp-body-hex:<header>,<timestamp header>',
  'body-hex:<header>[,<prefix>]',
  'tenant-body-hex:<header>,<body header>,<timestamp header>,<tenant header>',
]

/** A ready scheme with its headers' names, or the scheme of a vendor whose contracts are for the hook. */
function schemeNamed(text: string): Scheme {
  const [form = '', ...rest] = text.split(':')
  const names = rest.length === 0 ? [] : rest.join(':').split(',')
  const made = Object.hasOwn(schemes, form) ? schemes[form]?.(...names) : null
  const vendor = hookContracts.find(({ name }) => name.split('-')[0] === text)
  const scheme = made ?? (vendor === undefined ? null : schemeOf(vendor))
  if (scheme !== null) return scheme
  const vendors = new Set(hookContracts.map(({ name }) => name.split('-')[0]))
  throw new OperatorError(`--scheme takes one of ${[...schemeForms, ...vendors].join('; ')}`)
}

function urlOf(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\//.test(text)) return text
  throw new OperatorError('--url takes a URL that begins with https:// or http://')
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const at = new Date(/^\d{10}$/.test(text) ? Number(text) * 1000 : text)
  if (!Number.isNaN(at.getTime()) && /^\d{4}-\d\d-\d\dT|^\d{10}$/.test(text)) return at
  throw new OperatorError('--now takes a time such as 2026-11-21T12:00:00Z, or unix seconds')
}

function toleranceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new OperatorError('--tolerance-seconds takes a whole number from 0 to 999999999')
}

function linesOf(explanation: Explanation): readonly string[] {
  if (!explanation.verified) {
    const { findings } = explanation
    const count = findings.length === 1 ? 'one reason' : `${findings.length} reasons, the most likely first`
    return [`Does not verify: ${count}.`, ...findings.flatMap(findingLines)]
  }
  const { signedBy, notes } = explanation
  return [
    `Verifies: signed by ${signedBy}.`,
    'A receiver that refuses it has another body, another secret, another scheme or another clock than given here.',
    ...(notes.length === 0 ? [] : ['', 'Besides:', ...notes.flatMap(findingLines)]),
  ]
}

function findingLines({ code, certainty, message, remedy }: Finding, index: number): readonly string[] {
  return ['', `${index + 1}. ${code} (${certainty})`, `   ${message}`, `   ${remedy}`]
}
