import { attemptsPerTenantOf, type ControlPlaneConfig, type Sessions } from '../config/config'
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

const defaultPauseAfterHours = 24
const defaultEndpointsPerTenant = 1000

/**
 * The variables that every function of the control plane gets. They are names and addresses: none is a secret.
 * @throws {ConfigError} when there are too many readers of mirrors for them
 */
export function functionEnvironment(
  config: ControlPlaneConfig,
  { table, ringKey, mirrorKey, bus, queueUrl, deadLetterQueueUrl, account }: FunctionResources,
): Readonly<Record<string, string>> {
  const { stage, mirror, mirrorReaders = [], sessions, deliveries = {}, logLevel = 'info' } = config
  const { endpointsPerTenant = defaultEndpointsPerTenant, apiDescription = 'on' } = config
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
  }
  const tooMany = Math.ceil((bytesOf(variables) - mostBytes) / bytesOfReader)
  if (tooMany <= 0) return variables
  if (mirrorReaders.length < tooMany) throw new ConfigError([`sessions: is too long for ${roomOfFunction}`])
  throw new ConfigError([`mirrorReaders: are ${tooMany} too many for ${roomOfFunction}`])
}

/** Lambda measures names and values as one JSON text. */
const mostBytes = 4096
const roomOfFunction = "a function's environment, which holds 4 KB"
const bytesOfReader = ',111122223333'.length

/** Of the variables once Terraform knows what it fills in: an ARN, a URL or a name, with the longest region at most so long. */
function bytesOf(variables: Readonly<Record<string, string>>): number {
  const filled = JSON.stringify(variables).replaceAll(/\$\{.*?\}/g, 'x'.repeat(mostBytesOfReference))
  return Buffer.byteLength(filled)
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
