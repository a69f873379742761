import { dirname } from 'node:path'
import type { Sessions } from '../config/config'
import type { FollowedConfig } from '../config/load'
import { deadLetterQueue, deliveryQueue, eventBus, localAws, mirrorKeyId, ringKeyId, stage } from './aws-resources'
import { queueUrl } from './aws-server/sqs/queue-names'
import { roleClaim, sessionAudience, tenantClaim } from './session-issuer'

export interface EnvironmentOptions {
  /** The function's name, such as `rotate`. */
  readonly name: string
  /** The built file. */
  readonly bundle: string
  /** The embedded AWS server's URL. */
  readonly aws: string
  /** The API's URL. Default: none, there is no portal. */
  readonly api?: string
  /** Default: one for a server that takes any. */
  readonly accessKeyId?: string
  /** Of the platform's configuration. Default: none. */
  readonly settings?: FollowedConfig['settings']
}

/** Everything that a function's `process.env` holds: what Lambda sets, and what a deployment configures. */
export function functionEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  return { ...setByLambda(options), ...configured(options), ...portalVariables(options) }
}

/** AWS Lambda's developer guide, "Defined runtime environment variables". */
function setByLambda({
  name,
  bundle,
  aws,
  accessKeyId = localAws.accessKeyId,
}: EnvironmentOptions): Readonly<Record<string, string>> {
  return {
    AWS_REGION: localAws.region,
    AWS_DEFAULT_REGION: localAws.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: localAws.secretAccessKey,
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: aws,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x',
    AWS_LAMBDA_FUNCTION_NAME: `keyturn-${stage}-${name}`,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/keyturn-${stage}-${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    LAMBDA_TASK_ROOT: dirname(bundle),
    // A home of its own keeps the AWS configuration of whoever runs this out of the functions.
    HOME: dirname(bundle),
    // Functions are deployed on Node 22, which the AWS SDK does not warn about.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

/** What `infra` sets in a deployment. */
function configured({ name, aws, settings = {} }: EnvironmentOptions): Readonly<Record<string, string>> {
  const { host } = new URL(aws)
  const { mirror = 'on', logLevel = 'info', deliveries = {}, endpointsPerTenant = 1000 } = settings
  const { attemptsPerTenant = 4, pauseAfterHours = 24, pauseAfterFailures } = deliveries
  return {
    STAGE: stage,
    TABLE_NAME: localAws.table,
    RING_KEY_ID: ringKeyId,
    MIRROR_KEY_ID: mirrorKeyId,
    EVENT_BUS_NAME: eventBus,
    MIRROR: mirror,
    ...sessionVariables(aws, localSessions(settings)),
    ENDPOINTS_PER_TENANT: String(endpointsPerTenant),
    QUEUE_URL: queueUrl(host, deliveryQueue),
    DEAD_LETTER_QUEUE_URL: queueUrl(host, deadLetterQueue),
    ATTEMPTS_PER_TENANT: String(attemptsPerTenant),
    PAUSE_AFTER_HOURS: String(pauseAfterHours),
    ...(pauseAfterFailures === undefined ? {} : { PAUSE_AFTER_FAILURES: String(pauseAfterFailures) }),
    INSECURE_TARGETS: 'on',
    // Every sweep says how it went, and here there is one a second.
    LOG_LEVEL: name === 'sweep' ? 'error' : logLevel,
  }
}

/** The page that has the portal in its frame is the AWS server's, by either of its names: to a browser they are two sites. */
function portalVariables({ name, aws, api }: EnvironmentOptions): Readonly<Record<string, string>> {
  if (api === undefined) return {}
  const parents = [aws, aws.replace('127.0.0.1', 'localhost')].join(',')
  if (name === 'portal') return { PORTAL_EMBED_ORIGINS: parents }
  const origin = { PORTAL_ORIGIN: api }
  return name === 'access' ? { ...origin, PORTAL_EMBED_ORIGINS: parents, PORTAL_RETURN_ORIGINS: parents } : origin
}

/**
 * The configuration's own issuer where it stands on this machine; null: the local run's own stands in for it, as nobody
 * can sign in at a deployment's from here.
 */
export function localSessions({ sessions }: FollowedConfig['settings']): Sessions | null {
  return sessions !== undefined && new URL(sessions.jwksUrl).protocol === 'http:' ? sessions : null
}

function sessionVariables(aws: string, own: Sessions | null): Readonly<Record<string, string>> {
  return {
    SESSION_ISSUER: own?.issuer ?? aws,
    SESSION_AUDIENCE: own?.audience ?? sessionAudience,
    SESSION_JWKS_URL: own?.jwksUrl ?? `${aws}/.well-known/jwks.json`,
    SESSION_ROLE_CLAIM: own?.roleClaim ?? roleClaim,
    SESSION_TENANT_CLAIM: own?.tenantClaim ?? tenantClaim,
  }
}
