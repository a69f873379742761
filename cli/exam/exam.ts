import { randomBytes } from 'node:crypto'
import { OperatorError } from '../../local/operator-error'
import { wholeNumber } from '../../local/options'
import { failureMessages } from '../../src/delivery/failure'
import type { KeyBytes, Scheme } from '../../src/verify'
import { separatorIn } from '../../src/verify/content'
import type { Given, Report } from '../command'
import type { Bed } from './deliveries'
import { judge, type Judged, untold } from './judge'
import { reportOf } from './report'
import type { Row } from './row'
import { rowsOf } from './rows'
import { parseSecrets, type Place, readPlace, type ReceiverSecrets, secretsVariable } from './secrets'
import { type Answer, senderTo } from './send'
import { dialectOf, type DialectOptions } from './sender-dialect'
import { type NameLookup, shownUrl, type Target, targetOf } from './target'

// `keyturn exam <url>`: whether a receiver refuses what it must refuse, and accepts what it must accept.

export interface ExamOptions extends DialectOptions {
  readonly secrets?: string
  readonly otherSecrets?: string
  readonly signedUrl?: string
  readonly tenant?: string
  readonly timeout?: string
  readonly yesThisIsMine?: boolean
}

/** What a test may put in another's place. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly lookup?: NameLookup
}

/** Exit code 0: every row is right, or cannot be told; 1: one is wrong. @throws {OperatorError}, {ConfigError} */
export async function exam(
  { options, args }: Given<ExamOptions>,
  { environment, lookup }: Surroundings = { environment: process.env },
): Promise<Report> {
  const [url = '', ...others] = args
  if (others.length > 0) throw new OperatorError('exam takes one URL')
  const timeoutMs = 1000 * wholeNumber('--timeout', options.timeout ?? '10', { least: 1, greatest: 120 })
  const dialect = await dialectOf(options)
  const { keyBytes } = dialect.scheme
  const secrets = parseSecrets(await placeOf(options, environment), keyBytes, new Date())
  const other = options.otherSecrets === undefined ? null : await otherSecret(options.otherSecrets, keyBytes, secrets)
  const target = await targetOf(url, { isOwn: options.yesThisIsMine === true, ...(lookup && { lookup }) })
  const bed: Bed = {
    dialect,
    tenantId: tenantOf(options.tenant ?? secrets.tenantId ?? dialect.tenantId, dialect.scheme),
    url: signedUrlOf(options.signedUrl) ?? target.url.href,
    now: () => new Date(),
    randomBytes,
  }
  const rows = rowsOf(bed, { ...secrets, other, foreign: foreignSecret(keyBytes) })
  return reportOf({
    url: shownUrl(target.url),
    sender: dialect.name,
    judged: await sendAll(rows, bed, target, timeoutMs),
  })
}

/** @throws {OperatorError} unless exactly one place has secrets */
async function placeOf(
  { secrets: file, otherSecrets }: ExamOptions,
  environment: Surroundings['environment'],
): Promise<Place> {
  const text = environment[secretsVariable] ?? ''
  if ((file === undefined) === (text === '')) {
    throw new OperatorError(
      `the receiver's secrets come by --secrets <file> (- is standard input) or by the variable ${secretsVariable}: give one of them`,
    )
  }
  if (file === '-' && otherSecrets === '-') {
    throw new OperatorError('standard input holds the secrets of --secrets or those of --other-secrets, not both')
  }
  return file === undefined ? { text, name: secretsVariable } : readPlace(file)
}

/** @throws {OperatorError} where it is one of the receiver's own */
async function otherSecret(file: string, format: KeyBytes, { live, ended }: ReceiverSecrets): Promise<string> {
  const [newest] = parseSecrets(await readPlace(file), format, new Date()).live
  if (![...live, ...ended].includes(newest)) return newest
  throw new OperatorError("--other-secrets holds a secret of the receiver's own: name those of another endpoint")
}

/** @throws {OperatorError} for what no header takes, or what the scheme could not sign */
function tenantOf(tenant: string, scheme: Scheme): string {
  if (/^[!-~]{1,256}$/.test(tenant) && separatorIn(scheme, 'tenant', tenant) === undefined) return tenant
  throw new OperatorError(
    `the tenant must be an id that the scheme can sign, not ${JSON.stringify(tenant)}: give --tenant`,
  )
}

/** As it stands, since it is signed so. @throws {OperatorError} */
function signedUrlOf(url: string | undefined): string | undefined {
  if (url === undefined || URL.canParse(url)) return url
  throw new OperatorError(`--signed-url takes a URL, not ${JSON.stringify(url)}`)
}

/** A secret in the format, that was never there before. */
function foreignSecret({ encoding, prefix }: KeyBytes): string {
  return prefix + randomBytes(32).toString(encoding === 'utf8' ? 'hex' : encoding)
}

const noConnection: readonly string[] = ['connection-refused', 'connect-timeout', 'unreachable', 'tls', 'bad-response']

/** Sends one after the other. @throws {OperatorError} when the first finds nobody */
async function sendAll(rows: readonly Row[], bed: Bed, target: Target, timeoutMs: number): Promise<readonly Judged[]> {
  const sender = senderTo(target, timeoutMs)
  const { format } = bed.dialect
  const judged: Judged[] = []
  try {
    for (const row of rows) {
      const reason = reasonToSkip(row, judged)
      if (reason !== null || typeof row.test !== 'function') {
        judged.push(untold(row, reason ?? ''))
        continue
      }
      const answer = await sender.send(row.test())
      if (judged.length === 0) requireReceiver(answer, target)
      judged.push(judge(row, answer, format))
    }
    return judged
  } finally {
    sender.close()
  }
}

function requireReceiver(answer: Answer, { url }: Target): void {
  if (answer.kind === 'status' || !noConnection.includes(answer.why)) return
  throw new OperatorError(`no receiver at ${shownUrl(url)}: ${failureMessages[answer.why]}`)
}

/** Why nothing is sent. Null: it is. */
function reasonToSkip({ must, test }: Row, [genuine]: readonly Judged[]): string | null {
  if (typeof test !== 'function') return test.reason
  if (genuine?.answer?.kind === 'none') return 'the genuine delivery got no answer'
  if (must === 'accept' || genuine === undefined || genuine.verdict === 'right') return null
  return 'the genuine delivery was not accepted, so a refusal proves nothing'
}
