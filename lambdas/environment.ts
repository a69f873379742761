import * as v from 'valibot'
import { lostReplyRules } from '../src/rotation-hook/ports'

const text = v.pipe(v.string(), v.regex(/./))
const onOrOff = v.picklist(['on', 'off'])
const url = v.pipe(
  v.string(),
  v.check(text => URL.canParse(text)),
)

/** Variables that every function has. */
const every = {
  STAGE: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,20}$/)),
  TABLE_NAME: text,
  MIRROR: v.optional(onOrOff, 'on'),
  LOG_LEVEL: v.optional(v.picklist(['info', 'error']), 'info'),
}

/** Variables of the functions that seal, open and settle. */
const settling = {
  RING_KEY_ID: text,
  MIRROR_KEY_ID: v.optional(text),
  EVENT_BUS_NAME: text,
}

/** Where deliveries wait. */
const queueing = { QUEUE_URL: url }

/** Variables of the function that delivers. */
const delivering = {
  RING_KEY_ID: text,
  EVENT_BUS_NAME: text,
  ...queueing,
  DEAD_LETTER_QUEUE_URL: url,
  ATTEMPTS_PER_TENANT: v.optional(v.pipe(v.string(), v.regex(/^(?:[1-9]\d?|100)$/), v.transform(Number)), '25'),
  PAUSE_AFTER_HOURS: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/), v.transform(Number)), '24'),
  PAUSE_AFTER_FAILURES: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.transform(Number))),
}

const webOrigin = String.raw`https?://[a-z0-9.-]+(?::\d{1,5})?`
const origins = v.optional(v.pipe(v.string(), v.regex(new RegExp(`^${webOrigin}(?:,${webOrigin})*$`))))

/** Origins of pages that may have the portal in a frame, with commas between them. */
const embedding = { PORTAL_EMBED_ORIGINS: origins }

/** With commas between them: where pages may frame the portal, and where it may lead back to. */
const portal = { ...embedding, PORTAL_RETURN_ORIGINS: origins }

/** Variables of the functions that answer HTTP. */
const http = {
  INSECURE_TARGETS: v.optional(onOrOff, 'off'),
  ENDPOINTS_PER_TENANT: v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,5}$/), v.transform(Number)), '1000'),
  MIRROR_READERS: v.optional(v.pipe(v.string(), v.regex(/^\d{12}(?:,\d{12})*$/))),
  SESSION_ISSUER: v.optional(text),
  SESSION_AUDIENCE: v.optional(text),
  SESSION_JWKS_URL: v.optional(url),
  SESSION_ROLE_CLAIM: v.optional(text, 'role'),
  SESSION_TENANT_CLAIM: v.optional(text, 'tenant'),
  /** Absent: there is no portal. */
  PORTAL_ORIGIN: v.optional(v.pipe(v.string(), v.regex(new RegExp(`^${webOrigin}$`)))),
}

export const rotateVariables = v.object({ ...every, ...settling, ...http })
/** It answers what no route has, the other methods of `portal` too. */
export const endpointsVariables = v.object({
  ...every,
  ...queueing,
  ...http,
  API_DESCRIPTION: v.optional(onOrOff, 'on'),
})
export const deliverVariables = v.object({ ...every, ...delivering, ...http })
/** It tells on the bus, and seals and opens nothing. */
export const accessVariables = v.object({ ...every, EVENT_BUS_NAME: text, ...http, ...portal })
/** It shows what stands beside its bundle. */
export const portalVariables = v.object(embedding)
export const sweepVariables = v.object({ ...every, ...settling, ...queueing })

export type AccessEnvironment = v.InferOutput<typeof accessVariables>
export type HttpEnvironment = Omit<AccessEnvironment, 'EVENT_BUS_NAME' | keyof typeof portal>
export type SettlingEnvironment = Omit<v.InferOutput<typeof sweepVariables>, 'QUEUE_URL'>
export type DeliverEnvironment = v.InferOutput<typeof deliverVariables>

/**
 * What a deployment says to a function.
 * @throws {TypeError} naming every variable that is missing or malformed, without its value
 */
export function readEnvironment<Schema extends v.GenericSchema>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, environment)
  if (parsed.success) return parsed.output
  const names = new Set(parsed.issues.map(issue => String(issue.path?.[0]?.key)))
  const faults = [...names].map(name => `${name} is ${environment[name] === undefined ? 'missing' : 'malformed'}`)
  throw new TypeError(`environment: ${faults.join(', ')}`)
}

const nonEmptyText = v.pipe(v.string(), v.nonEmpty('must not be empty'))
const seconds = v.pipe(v.string(), v.regex(/^\d{1,7}$/, 'must be a whole number of seconds'), v.transform(Number))
const httpsUrl = v.pipe(v.string(), v.check(isSecure, 'must be an https URL; http only on 127.0.0.1'))

/**
 * Variables of the rotation hook. `CONTRACT`: the vendor's. `BASE_URL`: what stands before the contract's paths.
 * `TENANT_ID`: where the contract needs one. `OVERLAP_SECONDS`: where the contract leaves it to the caller.
 */
export const rotationHookVariables = v.object({
  CONTRACT: nonEmptyText,
  BASE_URL: v.pipe(
    httpsUrl,
    v.check(isBare, 'must have no user, password, query or fragment'),
    v.transform(withoutSlash),
  ),
  ENDPOINT_ID: nonEmptyText,
  TENANT_ID: v.optional(v.string(), ''),
  CREDENTIALS_SECRET_ID: nonEmptyText,
  OVERLAP_SECONDS: v.optional(seconds),
  LOST_REPLY: v.optional(v.picklist(lostReplyRules, `must be one of ${lostReplyRules.join(', ')}`)),
  VENDOR_TIMEOUT_SECONDS: v.optional(seconds, '10'),
  LOG_LEVEL: v.optional(v.pipe(v.string(), v.toLowerCase(), v.picklist(['info', 'error'])), 'info'),
})

export type RotationHookEnvironment = v.InferOutput<typeof rotationHookVariables>

/** https, since the credential goes along; http on this machine alone. */
function isSecure(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isOpen = parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1'
  return parsed?.protocol === 'https:' || isOpen
}

/** Paths are put behind it, and its whole text may be logged. */
function isBare(url: string): boolean {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' }
  return username === '' && password === '' && !/[?#]/.test(url)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
