import type { ControlPlaneConfig, Sessions } from '../config/config'

export interface Wiring {
  readonly table: string
  readonly ringKey: string
  readonly mirrorKey: string
  readonly bus: string
  readonly queueUrl: string
  readonly deadLetterQueueUrl: string
  /** The deployment's own account id, which always reads its mirrors. */
  readonly account: string
}

const defaultPauseAfterFailures = 20

/** Every function's environment. Names and addresses only: nothing here is a secret. */
export function environmentOf(
  { stage, mirror, mirrorReaders = [], sessions, deliveries = {}, logLevel = 'info' }: ControlPlaneConfig,
  { table, ringKey, mirrorKey, bus, queueUrl, deadLetterQueueUrl, account }: Wiring,
): Readonly<Record<string, string>> {
  const { pauseAfterFailures = defaultPauseAfterFailures } = deliveries
  return {
    STAGE: stage,
    TABLE_NAME: table,
    RING_KEY_ID: ringKey,
    MIRROR_KEY_ID: mirrorKey,
    EVENT_BUS_NAME: bus,
    MIRROR: mirror,
    MIRROR_READERS: [account, ...mirrorReaders].join(','),
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: deadLetterQueueUrl,
    PAUSE_AFTER_FAILURES: String(pauseAfterFailures),
    INSECURE_TARGETS: 'off',
    LOG_LEVEL: logLevel,
    ...(sessions === undefined ? {} : sessionVariables(sessions)),
  }
}

function sessionVariables({ issuer, audience, jwksUrl, roleClaim, tenantClaim }: Sessions) {
  return {
    SESSION_ISSUER: issuer,
    SESSION_AUDIENCE: audience,
    SESSION_JWKS_URL: jwksUrl,
    SESSION_ROLE_CLAIM: roleClaim,
    SESSION_TENANT_CLAIM: tenantClaim,
  }
}
