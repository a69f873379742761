import { attemptsPerTenantOf, type ControlPlaneConfig, portalOf, type Sessions } from '../config/config'
import { ConfigError } from '../config/schema'

/** What the functions use, by name, ARN or URL. */
export interface FunctionResources {
  readonly table: string
  readonly ringKey: string
  readonly mirrorKey: string
  readonly bus: string
  readonly queueUrl: string
  readonly deadLetterQueueUrl: string
  /** Id of the deployment's own account, which may always read the mirrors. */
  readonly account: string
}

type Variables = Readonly<Record<string, string>>

const defaultPauseAfterHours = 24
const defaultEndpointsPerTenant = 1000

/**
 * The variables that every function of the control plane gets. They are names and addresses: none is a secret.
 * @throws {ConfigError} when there are too many readers of mirrors for them
 */
export function functionEnvironment(
  config: ControlPlaneConfig,
  { table, ringKey, mirrorKey, bus, queueUrl, deadLetterQueueUrl, account }: FunctionResources,
): Variables {
  const { stage, mirror, mirrorReaders = [], sessions, deliveries = {}, logLevel = 'info' } = config
  const { endpointsPerTenant = defaultEndpointsPerTenant, apiDescription = 'on' } = config
  const portal = portalOf(config)
  const { pauseAfterHours = defaultPauseAfterHours, pauseAfterFailures } = deliveries
  const variables = {
    STAGE: stage,
    TABLE_NAME: table,
    RING_KEY_ID: ringKey,
    MIRROR_KEY_ID: mirrorKey,
    EVENT_BUS_NAME: bus,
    MIRROR: mirror,
    MIRROR_READERS: [account, ...mirrorReaders].join(','),
    ENDPOINTS_PER_TENANT: String(endpointsPerTenant),
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    ATTEMPTS_PER_TENANT: String(attemptsPerTenantOf({ deliveries })),
    PAUSE_AFTER_HOURS: String(pauseAfterHours),
    ...(pauseAfterFailures === undefined ? {} : { PAUSE_AFTER_FAILURES: String(pauseAfterFailures) }),
    INSECURE_TARGETS: 'off',
    ...(apiDescription === 'off' && { API_DESCRIPTION: apiDescription }),
    LOG_LEVEL: logLevel,
    ...(sessions === undefined ? {} : sessionVariables(sessions)),
    ...(portal === null ? {} : { PORTAL_ORIGIN: portal.origin }),
  }
  const tooMany = Math.ceil(bytesTooMany(variables) / bytesOfReader)
  if (tooMany <= 0) return variables
  if (mirrorReaders.length < tooMany) throw new ConfigError([`sessions: is too long for ${roomOfFunction}`])
  throw new ConfigError([`mirrorReaders: are ${tooMany} too many for ${roomOfFunction}`])
}

/**
 * What `access` gets: where the portal may stand in a frame and lead back to, besides.
 * @throws {ConfigError} when there are too many of them
 */
export function withPortal(environment: Variables, config: Pick<ControlPlaneConfig, 'portal'>): Variables {
  const portal = portalOf(config)
  if (portal === null) return environment
  const { returnOrigins = [] } = portal
  const variables = {
    ...environment,
    ...embedVariables(config),
    ...(returnOrigins.length === 0 ? {} : { PORTAL_RETURN_ORIGINS: returnOrigins.join(',') }),
  }
  const tooMany = bytesTooMany(variables)
  if (tooMany <= 0) return variables
  throw new ConfigError([`portal: its origins are ${tooMany} characters too long for ${roomOfFunction}`])
}

/** What `portal` gets. */
export function embedVariables(config: Pick<ControlPlaneConfig, 'portal'>): Variables {
  const { embedOrigins = [] } = portalOf(config) ?? {}
  return embedOrigins.length === 0 ? {} : { PORTAL_EMBED_ORIGINS: embedOrigins.join(',') }
}

/** Lambda measures names and values as one JSON text. */
const mostBytes = 4096
const roomOfFunction = "a function's environment, which holds 4 KB"
const bytesOfReader = ',111122223333'.length

/** Once Terraform knows what it fills in: an ARN, a URL or a name, with the longest region at most so long. */
function bytesTooMany(variables: Variables): number {
  const filled = JSON.stringify(variables).replaceAll(/\$\{.*?\}/g, 'x'.repeat(mostBytesOfReference))
  return Buffer.byteLength(filled) - mostBytes
}

const mostBytesOfReference = 110

function sessionVariables({ issuer, audience, jwksUrl, roleClaim, tenantClaim }: Sessions) {
  return {
    SESSION_ISSUER: issuer,
    SESSION_AUDIENCE: audience,
    SESSION_JWKS_URL: jwksUrl,
    SESSION_ROLE_CLAIM: roleClaim,
    SESSION_TENANT_CLAIM: tenantClaim,
  }
}
