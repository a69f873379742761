/** Why a step fails on the hook's own side. Stable: alarms and the consumer guide name them. */
export type HookErrorCode =
  /** The event is not one of Secrets Manager's rotation events. */
  | 'bad-event'
  /** Rotation is switched off for the secret. */
  | 'rotation-off'
  /** No version of the secret has AWSCURRENT, or it has no value. */
  | 'no-current-version'
  /** The event's version is not the one that is pending. */
  | 'not-pending'
  /** An earlier call may have rotated the secret at the vendor, its reply is lost, and the rule says to stop. */
  | 'lost-reply'
  /** The version has another value already. */
  | 'another-value'
  /** finishSecret came before createSecret stored anything. */
  | 'nothing-stored'
  /** AWSCURRENT moved while it was to be moved. */
  | 'current-moved'
  /** The secret with the vendor's credentials holds none. */
  | 'no-credentials'
  /** The vendor's secret cannot be used as its contract says. */
  | 'secret-malformed'
  /** The same, and whitespace stands around it, which is never taken off. */
  | 'secret-with-whitespace'
  /** The vendor shows another secret than the one that is pending. */
  | 'secret-differs'

/** A step that cannot be done. Secrets Manager tries the whole rotation again. The message never holds a value. */
export class HookError extends Error {
  readonly code: HookErrorCode

  constructor(code: HookErrorCode, message: string) {
    super(`${code}: ${message}`)
    this.name = 'HookError'
    this.code = code
  }
}
