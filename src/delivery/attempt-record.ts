import type { FailureKind } from './send'

/** One attempt, for 30 days. No payload, no secret. */
export interface AttemptRecord {
  readonly id: string
  readonly messageId: string
  readonly eventType: string
  /** `test`: asked for by hand; it counts towards nothing. */
  readonly kind: 'delivery' | 'test'
  /** From 1. */
  readonly number: number
  readonly at: Date
  readonly durationMs: number
  /** The receiver's HTTP status; null when none came. */
  readonly status: number | null
  /** Null: delivered. */
  readonly error: FailureKind | null
  /** The start of what the receiver answered, at most 1,024 characters. */
  readonly response: string
  /** The keys that signed, newest first. */
  readonly keyIds: readonly string[]
}
