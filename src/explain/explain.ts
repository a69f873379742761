import { Buffer } from 'node:buffer'
import {
  explainOptionKinds,
  requireBody,
  requireDate,
  requireObject,
  requireOptions,
  requireText,
} from '../verify/arguments'
import { separatorIn, separatorName, signsPart } from '../verify/content'
import { readSignedBody } from '../verify/in-body'
import type { KeyBytes } from '../verify/key-bytes'
import { type Scheme, standardWebhooks } from '../verify/schemes'
import { WebhookVerificationError } from '../verify/verification-error'
import { verify } from '../verify/verify'
import { bodyEvidence } from './body-evidence'
import type { CapturedRequest } from './captured-request'
import { type Certainty, type Finding, likely, possible, proven } from './finding'
import { type GivenKey, hasEnded, isLive, type NamedKey, namedKeys } from './given-key'
import { entriesOf, type ReadHeaders, readHeaders, requireCapturedHeaders, verifiable } from './header-faults'
import { keyVariants } from './key-variants'
import { type KnownSender, secretFault, type TextForm } from './secret-kinds'
import { searchSignature, timestampOf } from './signature-search'
import { timeFault } from './time-faults'
import { urlVariants } from './url-variants'

const DEFAULT_TOLERANCE_SECONDS = 300

export interface ExplainOptions {
  /** How the sender signs; `standardWebhooks` by default. */
  readonly scheme?: Scheme | undefined
  /** How a secret's text becomes the key; what is usual for the scheme by default. */
  readonly keyBytes?: KeyBytes | undefined
  /** How the scheme's secrets look, where it is known: their length and alphabet then count. */
  readonly secretForm?: TextForm | undefined
  /** Where the request was sent, as it was given to the sender; the request's own URL by default. */
  readonly url?: string | undefined
  /** When the request arrived; what the capture says by default, else the clock. */
  readonly now?: Date | undefined
  /** 300 by default. */
  readonly toleranceSeconds?: number | undefined
  /** Senders whose secrets, API keys and schemes may have been taken for those of this one. */
  readonly known?: readonly KnownScheme[] | undefined
}

export interface KnownScheme extends KnownSender {
  readonly scheme: Scheme
}

export type Explanation =
  | {
      readonly verified: true
      /** The id of the key that signed, or its place among the secrets. */
      readonly signedBy: string
      /** What is wrong with the other secrets, which did not matter here. */
      readonly notes: readonly Finding[]
    }
  | {
      readonly verified: false
      /** At least one, the most likely first. */
      readonly findings: readonly [Finding, ...Finding[]]
    }

/**
 * Why a request does not verify: what is wrong with its headers, its time, its body or the secrets, found by trying what
 * puts it right. For people who look into a refusal, and not for the handler of a delivery: it is slow, and a sender that
 * is told what it says could forge by it.
 *
 * Nothing that it returns holds a secret, a signature or a part of the body.
 *
 * @param request as it reached the receiver; `readCapturedRequest` reads it from a file.
 * @param secrets those that the receiver verifies with, as it has them; `keysOfMirror` reads a mirror's.
 *
 * @throws {TypeError} when an argument or an option is no such thing
 *
 * @example
 * ```ts
 * import { explain } from 'keyturn/explain'
 *
 * const explanation = explain({ headers: request.headers, body: rawBody }, [newest, previous])
 * if (!explanation.verified) for (const { code, message } of explanation.findings) console.error(code, message)
 * ```
 */
export function explain(
  request: CapturedRequest,
  secrets: string | readonly (string | GivenKey)[],
  options: ExplainOptions = {},
): Explanation {
  requireRequest(request)
  requireOptions(options, explainOptionKinds)
  const asked = askedOf(request, secrets, options)
  const refusal = refusalOf(asked, asked.live)
  if (refusal !== null) return { verified: false, findings: sorted(findingsOf(asked, refusal)) }
  const signer = asked.live.find(key => refusalOf(asked, [key]) === null) ?? asked.live[0]
  const notes = asked.live.flatMap(key => (key === signer ? [] : (secretFault(key, asked.kinds) ?? [])))
  return {
    verified: true,
    signedBy: signer?.name ?? '',
    notes: notes.filter(({ certainty }) => certainty !== 'possible'),
  }
}

function requireRequest(request: unknown): void {
  requireObject('request', 'an object { headers, body }', request)
  const { headers, body, url, receivedAt } = request as Partial<Record<keyof CapturedRequest, unknown>>
  requireBody(body)
  requireCapturedHeaders(headers)
  if (url !== undefined) requireText('request.url', url)
  if (receivedAt !== undefined) requireDate('request.receivedAt', receivedAt)
}

interface Asked {
  readonly request: CapturedRequest
  readonly entries: readonly (readonly [string, string])[]
  readonly body: Uint8Array
  readonly keys: readonly NamedKey[]
  readonly live: readonly NamedKey[]
  readonly scheme: Scheme
  readonly format: KeyBytes
  readonly kinds: Parameters<typeof secretFault>[1]
  readonly known: readonly KnownScheme[]
  readonly url: string | undefined
  readonly now: Date
  readonly toleranceSeconds: number
}

function askedOf(
  request: CapturedRequest,
  secrets: string | readonly (string | GivenKey)[],
  options: ExplainOptions,
): Asked {
  const scheme: Scheme = options.scheme ?? standardWebhooks
  const format = options.keyBytes ?? scheme.keyBytes
  const now = options.now ?? request.receivedAt ?? new Date()
  const keys = namedKeys(secrets)
  const known = options.known ?? []
  return {
    request,
    entries: entriesOf(request.headers),
    body: typeof request.body === 'string' ? Buffer.from(request.body) : request.body,
    keys,
    live: keys.filter(key => isLive(key, now)),
    scheme,
    format,
    kinds: { format, form: options.secretForm, known },
    known,
    url: options.url ?? request.url,
    now,
    toleranceSeconds: options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS,
  }
}

/** Why the verifier refuses with these keys; null: it does not. */
function refusalOf(asked: Asked, keys: readonly NamedKey[], scheme = asked.scheme): string | null {
  const { body, entries, format, url, now, toleranceSeconds } = asked
  const keyBytes = scheme === asked.scheme ? format : scheme.keyBytes
  const tolerated = scheme === asked.scheme ? toleranceSeconds : Number.POSITIVE_INFINITY
  const secrets = keys.map(({ secret }) => secret)
  try {
    verify(body, verifiable(entries), secrets, { scheme, keyBytes, url, now, toleranceSeconds: tolerated })
    return null
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code
    // No secret can be used, or the scheme signs a URL that nobody gave.
    if (error instanceof TypeError) return 'unusable'
    throw error
  }
}

function findingsOf(asked: Asked, refusal: string): readonly Finding[] {
  if (asked.keys.length === 0) {
    return [proven('no-secret', 'There is no secret to verify with.', 'Give the signing secret of the sender.')]
  }
  const read = readHeaders(asked.entries, asked.scheme)
  const said = saidOf(asked, read)
  const shared = [...said, ...urlFault(asked)]
  const match = read.isComplete || asked.scheme.inBody !== undefined ? searchSignature(searchOf(asked, read)) : null
  const parsed = asked.request.isParsed === true ? [bodyParsed] : []
  if (match !== null) {
    const found = [...parsed, ...read.findings, ...match.faults, ...shared]
    return found.length > 0 ? found : [refused(refusal)]
  }
  const other = otherScheme(asked)
  if (other?.certainty === 'proven') return [other, ...secretFaults(asked).filter(isUnusual)]
  return [
    ...(other === null ? [] : [other]),
    ...parsed,
    ...read.findings,
    ...shared,
    ...secretFaults(asked),
    ...keyFaults(asked, read),
    ...(read.isComplete ? [...bodyEvidence(asked.body, asked.entries), noKeySigned(asked)] : []),
  ]
}

function isUnusual({ certainty }: Finding): boolean {
  return certainty === 'proven'
}

function searchOf({ scheme, body, keys, format, kinds, now, url, request, entries }: Asked, read: ReadHeaders) {
  const valueOf = (name: string | undefined): string | undefined => entries.find(([each]) => each === name)?.[1]
  const hosts = ['host', 'x-forwarded-host', 'x-original-host'].flatMap(name => valueOf(name) ?? [])
  const rules = { format, prefix: kinds.form?.prefix ?? format.prefix, now }
  return {
    scheme,
    body,
    keys: keys.flatMap(key =>
      keyVariants(key, rules).slice(0, isNoSecret(secretFault(key, kinds), kinds.form) ? 1 : undefined),
    ),
    urls: urlVariants({ url, captured: request.url, hosts }),
    readings: read.readings,
    weaker: valueOf(scheme.weaker?.header[0]),
    previous: valueOf(scheme.previous?.header[0]),
  }
}

/** Whether it is plain that the text is none, so that no other reading of it needs to be tried. */
function isNoSecret(fault: Finding | null, form: TextForm | undefined): boolean {
  if (fault === null || fault.code === 'secret-is-document') return false
  // Where nobody knows how the secrets look, one may look like an API key.
  if (fault.code === 'secret-is-api-key' && form === undefined) return false
  return fault.code.startsWith('secret-is-')
}

/** What is wrong with what the request says of itself: its time, its id, its tenant. */
function saidOf({ scheme, body, now, toleranceSeconds }: Asked, { readings }: ReadHeaders): readonly Finding[] {
  const [reading = {}] = readings
  const signed = scheme.inBody === undefined ? null : readSignedBody(body, scheme.inBody)
  const timestamp = signed?.timestamp ?? timestampOf(scheme, reading)
  const time = timestamp === undefined ? null : timeFault(timestamp, { scheme, now, toleranceSeconds })
  const hasNone = scheme.signature.form === 'timestamped' && reading.signature !== undefined && timestamp === undefined
  const { id = signed?.id ?? '', tenant = '' } = reading
  return [
    ...(time === null ? [] : [time]),
    ...(hasNone ? [noTimestamp] : []),
    ...separatorFault(scheme, 'id', id),
    ...separatorFault(scheme, 'tenant', tenant),
  ]
}

const noTimestamp = proven(
  'timestamp-malformed',
  'The signature header holds no t=, in which its time stands.',
  'Hand the header on as it came.',
)

function separatorFault(scheme: Scheme, part: 'id' | 'tenant', value: string): readonly Finding[] {
  const separator = separatorIn(scheme, part, value)
  if (separator === undefined) return []
  const message = `The ${part} holds ${separatorName(separator)}, by which the scheme ends it: one signature would stand for two deliveries.`
  return [proven(`${part}-with-separator`, message, `Let the sender use another ${part}.`)]
}

function urlFault({ scheme, url }: Asked): readonly Finding[] {
  if (url !== undefined || !signsPart(scheme, 'url')) return []
  const message = 'The scheme signs the URL, and none is known.'
  return [proven('url-missing', message, 'Give the URL as it was given to the sender.')]
}

const bodyParsed = proven(
  'body-parsed',
  'The capture holds the body as an object that was parsed already, and not the bytes that arrived.',
  'Capture and verify the bytes as they arrived; parse them afterwards.',
)

function refused(code: string): Finding {
  return proven('refused', `The verifier refuses the request: ${code}.`, 'docs/verify.md says what this code means.')
}

/** Whether the request is one that another sender's scheme would take. */
function otherScheme(asked: Asked): Finding | null {
  const { known, scheme, entries, keys } = asked
  const own = shapeOf(scheme)
  const others = known.filter(each => shapeOf(each.scheme) !== own)
  const remedy = 'Verify with the scheme, and the secret, of the sender that sent this request.'
  const verifying = others.filter(other => refusalOf(asked, keys, other.scheme) === null)
  if (verifying.length > 0) {
    return proven('other-scheme', `The request is signed as by ${namesOf(verifying)}, and verifies so.`, remedy)
  }
  if (readHeaders(entries, scheme).findings.every(({ code }) => code !== 'header-missing')) return null
  const has = (name: string | undefined): boolean => name !== undefined && entries.some(([each]) => each === name)
  const resembling = others.filter(
    ({ scheme: other }) =>
      has(other.signature.header[0]) &&
      [other.id, other.timestamp, other.tenant].every(names => names.length === 0 || has(names[0])),
  )
  if (resembling.length === 0) return null
  const message = `The request has the headers of ${namesOf(resembling)}, and not those of this scheme.`
  return likely('other-scheme', message, remedy)
}

function namesOf(senders: readonly KnownScheme[]): string {
  return senders.map(({ name }) => name).join(' or ')
}

function shapeOf({ id, timestamp, tenant, signature, weaker, keyBytes }: Scheme): string {
  return JSON.stringify([id, timestamp, tenant, signature, weaker, keyBytes])
}

function secretFaults({ keys, kinds }: Asked): readonly Finding[] {
  return keys.flatMap(key => secretFault(key, kinds) ?? [])
}

/** What the keys' times and versions say, where none of them signed. */
function keyFaults({ keys, live, now, scheme }: Asked, { readings }: ReadHeaders): readonly Finding[] {
  const again = 'Read the secret anew: receivers verify with AWSCURRENT.'
  if (live.length === 0) {
    if (keys.every(key => hasEnded(key, now))) {
      return [likely('key-ended', 'Every key that was given has ended, and none of them signed the request.', again)]
    }
    if (keys.every(({ label }) => label === 'AWSPREVIOUS')) {
      const message =
        'All secrets come from the version AWSPREVIOUS, which was rotated away, and none signed the request.'
      return [likely('key-of-previous-version', message, again)]
    }
  }
  const time = timestampOf(scheme, readings[0] ?? {})
  const sent = time !== undefined && /^\d{10}$/.test(time) ? Number(time) * 1000 : null
  if (sent === null || !keys.every(({ createdAt }) => createdAt !== undefined && createdAt.getTime() > sent)) return []
  const message = 'Every key was made after the request was sent: an older key signed it, which is not among them.'
  return [
    likely(
      'keys-made-later',
      message,
      'Keep the key before for as long as the sender tries again, or let it sign anew.',
    ),
  ]
}

function noKeySigned({ keys }: Asked): Finding {
  const who =
    keys.length === 1
      ? 'The secret that was given did not sign'
      : `None of the ${keys.length} secrets that were given signed`
  const message = `${who} this request, neither as it stands nor with anything put right that was tried.`
  const remedy =
    'The secret may belong to another endpoint or to another stage, may have been rotated since, or the body was changed in another way. Compare the last characters of the secret with the hint that the sender shows, and its time with the last rotation.'
  return possible('no-key-signed', message, remedy)
}

const order: readonly Certainty[] = ['proven', 'likely', 'possible']

function sorted(findings: readonly Finding[]): readonly [Finding, ...Finding[]] {
  const once = findings.filter((finding, at) => findings.findIndex(({ message }) => message === finding.message) === at)
  const [first = refused('unknown'), ...rest] = once.toSorted(
    (one, other) => order.indexOf(one.certainty) - order.indexOf(other.certainty),
  )
  return [first, ...rest]
}
