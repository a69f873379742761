import * as v from 'valibot'
import type { Contract } from '../src/contracts/contract'
import {
  accountId,
  browserOrigin,
  certificateArn,
  emailAddress,
  isHttpsOrLoopback,
  logRetentionDays,
  pageOrigin,
  policyArn,
  region,
  regionOfCertificate,
  rolePath,
  securityGroupId,
  subnetId,
  tags,
} from './aws-limits'
import {
  attemptsPerTenantOf,
  type Config,
  type ControlPlaneConfig,
  type Deliveries,
  deliveryConcurrencyOf,
  portalOf,
} from './config'

// Checks what a configuration file holds, field by field, before anything is built or called.

/** A configuration that cannot be deployed. Its message has one line a fault, each beginning with the field's name. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
  }
}

/** @throws {ConfigError} naming every field at fault */
export function parseConfig(input: unknown): Config {
  return parse(configSchema, input)
}

/** @throws {ConfigError} naming every field at fault */
export function parseControlPlaneConfig(input: unknown): ControlPlaneConfig {
  return parse(controlPlaneSchema, input)
}

/** Only what says which contracts are mounted. @throws {ConfigError} naming every field at fault */
export function parseMounted(input: unknown): Pick<ControlPlaneConfig, 'contracts' | 'sessions'> {
  return parse(mountedSchema, input)
}

/** Only what the local run follows. @throws {ConfigError} naming every field at fault */
export function parseLocal(input: unknown): LocalConfig {
  return parse(localSchema, input)
}

/** What of a configuration the local run follows: the contracts, and settings of the functions. */
export type LocalConfig = Pick<ControlPlaneConfig, 'contracts' | 'sessions'> & Partial<LocalSettings>

export interface LocalSettings extends Pick<
  ControlPlaneConfig,
  'mirror' | 'logLevel' | 'corsOrigins' | 'endpointsPerTenant' | 'sessions'
> {
  readonly deliveries?: Omit<Deliveries, 'concurrency' | 'vpc'>
}

/** The names of what is given and not among what was taken of it: `throttle`, and within a member `deliveries.vpc`. */
export function leftOut(given: unknown, taken: unknown): readonly string[] {
  const there = membersOf(taken)
  return [...membersOf(given)].flatMap(([name, value]) => {
    if (!there.has(name)) return [name]
    return leftOut(value, there.get(name)).map(within => `${name}.${within}`)
  })
}

/** Of an object. A member that is undefined says nothing; a list and a text have none. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map()
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined))
}

function parse<Output>(schema: v.GenericSchema<unknown, Output>, input: unknown): Output {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw new ConfigError(parsed.issues.map(faultOf))
}

function faultOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the configuration'
  if (issue.expected === 'never') return `${path}: there is no such field`
  if (issue.received === 'undefined') return `${path}: is missing`
  return `${path}: ${issue.message}`
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'), v.maxLength(200, 'must have at most 200 characters'))
/** Of a table or a bucket. */
const resourceName = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9_.-]{3,255}$/, 'must be 3 to 255 characters of [a-zA-Z0-9_.-]'),
)
const httpsUrl = v.pipe(v.string(), v.check(isHttpsOrLoopback, 'must be an https URL; http only on 127.0.0.1'))

/** `checkContract` looks at all of it later; here an object with a name is enough. */
export function isOwnContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
}

const ownContract = v.custom<Contract>(isOwnContract, 'must be the name of a contract, or a contract')

const mountedContract = v.strictObject({
  contract: v.union([v.string(), ownContract], 'must be the name of a contract, or a contract'),
  basePath: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^(\/[a-zA-Z0-9._-]+)*$/, 'must be /<segment>… of [a-zA-Z0-9._-], without a slash at the end'),
    ),
  ),
})

const sessions = v.strictObject({
  issuer: text,
  audience: text,
  jwksUrl: httpsUrl,
  roleClaim: text,
  tenantClaim: text,
})

const domain = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain name in lower case')),
  certificateArn,
})

const count = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'))

const throttle = v.strictObject({ requestsPerSecond: count, burst: count })
const reserved = v.exactOptional(v.pipe(count, v.maxValue(1000, 'must be at most 1000')))

/** So many Lambda takes at most. */
const vpc = v.strictObject({
  subnetIds: v.pipe(
    v.array(subnetId),
    v.minLength(1, 'must not be empty'),
    v.maxLength(16, 'must be at most 16'),
    v.readonly(),
  ),
  securityGroupIds: v.pipe(
    v.array(securityGroupId),
    v.minLength(1, 'must not be empty'),
    v.maxLength(5, 'must be at most 5'),
    v.readonly(),
  ),
})

const roles = v.strictObject({ path: v.exactOptional(rolePath), permissionsBoundary: v.exactOptional(policyArn) })

const deliveryMembers = v.strictObject({
  // 2 to 1000 is what Lambda takes as the concurrency of a queue.
  concurrency: v.exactOptional(
    v.pipe(count, v.minValue(2, 'must be at least 2'), v.maxValue(1000, 'must be at most 1000')),
  ),
  attemptsPerTenant: v.exactOptional(v.pipe(count, v.maxValue(100, 'must be at most 100'))),
  pauseAfterHours: v.exactOptional(v.pipe(count, v.maxValue(720, 'must be at most 720'))),
  pauseAfterFailures: v.exactOptional(v.pipe(count, v.maxValue(9999, 'must be at most 9999'))),
  vpc: v.exactOptional(vpc),
})

const deliveries = v.pipe(
  deliveryMembers,
  v.forward(
    v.partialCheck(
      [['concurrency'], ['attemptsPerTenant']],
      deliveries => attemptsPerTenantOf({ deliveries }) <= deliveryConcurrencyOf({ deliveries }) / 2,
      'must be at most half of concurrency',
    ),
    ['attemptsPerTenant'],
  ),
)

const adoption = v.strictObject({
  table: v.exactOptional(v.boolean()),
  ringKey: v.exactOptional(text),
  mirrorKey: v.exactOptional(text),
})

const pageOrigins = v.exactOptional(v.pipe(v.array(pageOrigin), v.maxLength(20, 'must be at most 20'), v.readonly()))

const portal = v.lazy(given =>
  given === 'off'
    ? v.literal('off')
    : v.strictObject(
        { origin: pageOrigin, embedOrigins: pageOrigins, returnOrigins: pageOrigins },
        'must be "off", or an object with the origin',
      ),
)

const backend = v.variant('kind', [
  v.strictObject({ kind: v.literal('local') }),
  v.strictObject({ kind: v.literal('s3'), bucket: resourceName, region, key: v.exactOptional(text) }),
])

const controlPlane = {
  stage: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,19}$/, 'must be 1 to 20 characters of [a-z0-9-]')),
  contracts: v.pipe(v.array(mountedContract), v.minLength(1, 'must have at least one contract'), v.readonly()),
  sessions: v.exactOptional(sessions),
  mirror: v.picklist(['on', 'off'], 'must be "on" or "off"'),
  mirrorReaders: v.exactOptional(v.pipe(v.array(accountId), v.readonly())),
  logRetentionDays: v.exactOptional(logRetentionDays),
  logLevel: v.exactOptional(v.picklist(['info', 'error'], 'must be "info" or "error"')),
  tracing: v.exactOptional(v.picklist(['on', 'off'], 'must be "on" or "off"')),
  apiDescription: v.exactOptional(v.picklist(['on', 'off'], 'must be "on" or "off"')),
  alarmEmail: v.exactOptional(emailAddress),
  domain: v.exactOptional(domain),
  portal: v.exactOptional(portal),
  corsOrigins: v.exactOptional(v.pipe(v.array(browserOrigin), v.readonly())),
  deliveries: v.exactOptional(deliveries),
  endpointsPerTenant: v.exactOptional(v.pipe(count, v.maxValue(100_000, 'must be at most 100000'))),
  roles: v.exactOptional(roles),
  throttle: v.exactOptional(throttle),
  changeThrottle: v.exactOptional(throttle),
  reservedConcurrency: v.exactOptional(
    v.strictObject({ rotate: reserved, endpoints: reserved, sweep: reserved, access: reserved }),
  ),
  tableName: v.exactOptional(resourceName),
  adopt: v.exactOptional(adoption),
}

/** What of a configuration could have the portal's host serve something else. */
type PortalHost = Pick<ControlPlaneConfig, 'portal' | 'domain' | 'corsOrigins' | 'sessions'>

/** The portal's host is the API's, and no other page is there, as far as the configuration says. */
function portalHost<Given extends PortalHost>() {
  return v.check<Given, (issue: { readonly input: PortalHost }) => string>(
    config => portalFault(config) === null,
    ({ input }) => portalFault(input) ?? '',
  )
}

function portalFault(config: PortalHost): string | null {
  const { domain, corsOrigins = [], sessions } = config
  const { origin, embedOrigins = [], returnOrigins = [] } = portalOf(config) ?? {}
  if (origin === undefined) return null
  if (domain !== undefined && origin !== `https://${domain.name}`) {
    return `origin must be https://${domain.name}, where domain.name has the API answer`
  }
  const others = { 'portal.embedOrigins': embedOrigins, 'portal.returnOrigins': returnOrigins, corsOrigins }
  const [named] = Object.entries(others).find(([, origins]) => origins.includes(origin)) ?? []
  if (named !== undefined) return `origin must not be among ${named}: ${nothingElse}`
  const servesKeys = sessions !== undefined && URL.parse(sessions.jwksUrl)?.origin === origin
  return servesKeys ? `origin must not be that of sessions.jwksUrl: ${nothingElse}` : null
}

const nothingElse = "the portal's host serves the API and nothing else"

const controlPlaneSchema = v.pipe(
  v.strictObject(controlPlane),
  v.forward(portalHost(), ['portal']),
) satisfies v.GenericSchema<unknown, ControlPlaneConfig>

/** Whatever stands beside these two does not matter. */
const mountedSchema = v.object({ contracts: controlPlane.contracts, sessions: controlPlane.sessions })

/** The local run has no VPC, and a number of batches of its own that it works on at a time. */
function followedDeliveries(deliveries: Deliveries): Omit<Deliveries, 'concurrency' | 'vpc'> {
  const { concurrency: _, vpc: __, ...followed } = deliveries
  return followed
}

/** What the local run follows. Whatever stands beside it does not matter. */
const localSchema = v.object({
  contracts: controlPlane.contracts,
  sessions: controlPlane.sessions,
  mirror: v.exactOptional(controlPlane.mirror),
  logLevel: controlPlane.logLevel,
  corsOrigins: controlPlane.corsOrigins,
  deliveries: v.exactOptional(v.pipe(deliveries, v.transform(followedDeliveries))),
  endpointsPerTenant: controlPlane.endpointsPerTenant,
})

const configMembers = v.strictObject({
  ...controlPlane,
  region,
  allowedAccountIds: v.exactOptional(v.pipe(v.array(accountId), v.minLength(1, 'must not be empty'), v.readonly())),
  tags: v.exactOptional(tags),
  backend: v.exactOptional(backend),
})

const configSchema = v.pipe(
  configMembers,
  v.forward(
    v.partialCheck(
      [['region'], ['backend']],
      ({ region, backend }) => backend?.kind !== 's3' || (backend.key ?? region).includes(region),
      'key must have the region in it: in another region it would be another state',
    ),
    ['backend'],
  ),
  v.forward(
    v.partialCheck(
      [['region'], ['domain']],
      ({ region, domain }) => domain === undefined || (regionOfCertificate(domain.certificateArn) ?? region) === region,
      'certificateArn must be of the same region: the API is served in one, not at the edge',
    ),
    ['domain'],
  ),
  v.forward(portalHost(), ['portal']),
) satisfies v.GenericSchema<unknown, Config>
