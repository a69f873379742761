import { type VerificationErrorCode, WebhookVerificationError } from '../../../src/verify'

/** The code that `work` is refused with; undefined when it is not refused. Any other error is thrown on. */
export function codeOf(work: () => void): VerificationErrorCode | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.code
    throw error
  }
}
