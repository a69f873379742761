import type * as Verifier from '../../../../../src/verify'
import type { Scheme } from '../../../../../src/verify'

type Makers = Pick<
  typeof Verifier,
  'standardWebhooks' | 'timestampedList' | 'timestampBodyHex' | 'tenantBodyHex' | 'bodyHex'
>

/** One scheme of each kind, made by the given copy of the library. */
export function readySchemes(verifier: Makers): Readonly<Record<keyof Makers, Scheme>> {
  return {
    standardWebhooks: verifier.standardWebhooks,
    timestampedList: verifier.timestampedList({ header: 'X-Signature' }),
    timestampBodyHex: verifier.timestampBodyHex({ header: 'X-Signature', timestamp: 'X-Timestamp' }),
    tenantBodyHex: verifier.tenantBodyHex({
      header: 'X-Signature-V2',
      bodyHeader: 'X-Signature',
      timestamp: 'X-Timestamp',
      tenant: 'X-Org',
    }),
    bodyHex: verifier.bodyHex({ header: 'X-Signature', prefix: 'sha256=' }),
  }
}

export type SchemeName = keyof ReturnType<typeof readySchemes>
