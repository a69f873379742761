import * as v from 'valibot'

const text = v.pipe(v.string(), v.nonEmpty())
const onOrOff = v.picklist(['on', 'off'])
const basePath = v.pipe(v.string(), v.regex(/^(?:\/[a-zA-Z0-9._-]+)*$/))
const url = v.pipe(v.string(), v.url())

/** Variables that every function has. */
const every = {
  STAGE: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,20}$/)),
  TABLE_NAME: text,
  MIRROR: v.optional(onOrOff, 'on'),
  LOG_LEVEL: v.optional(v.pipe(v.string(), v.toLowerCase(), v.picklist(['info', 'error'])), 'info'),
}

/** Variables of the functions that seal, open and settle. */
const settling = {
  RING_KEY_ID: text,
  MIRROR_KEY_ID: v.optional(text),
  EVENT_BUS_NAME: text,
}

/** Variables of the functions that answer HTTP. `CONTRACTS`: JSON, each contract's name with its base path. */
const http = {
  CONTRACTS: v.pipe(v.string(), v.parseJson(), v.record(text, basePath)),
  INSECURE_TARGETS: v.optional(onOrOff, 'off'),
  SESSION_ISSUER: v.optional(text),
  SESSION_AUDIENCE: v.optional(text),
  SESSION_JWKS_URL: v.optional(url),
  SESSION_ROLE_CLAIM: v.optional(text, 'role'),
  SESSION_TENANT_CLAIM: v.optional(text, 'tenant'),
}

export const rotateVariables = v.object({ ...every, ...settling, ...http })
export const endpointsVariables = v.object({ ...every, ...http })
export const sweepVariables = v.object({ ...every, ...settling })

export type HttpEnvironment = v.InferOutput<typeof endpointsVariables>
export type SettlingEnvironment = v.InferOutput<typeof sweepVariables>

type Variables = typeof rotateVariables | typeof endpointsVariables | typeof sweepVariables

/**
 * What a deployment says to a function.
 * @throws {TypeError} naming every variable that is missing or malformed, without its value
 */
export function readEnvironment<Schema extends Variables>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, environment)
  if (parsed.success) return parsed.output
  const names = new Set(parsed.issues.map(issue => String(issue.path?.[0].key)))
  const faults = [...names].map(name => `${name} is ${environment[name] === undefined ? 'missing' : 'malformed'}`)
  throw new TypeError(`environment: ${faults.join(', ')}`)
}
