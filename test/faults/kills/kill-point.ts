import { type ExchangeMoment, exchangeMoments } from '../deliver-process/watched-receiver'

/** Where a process is killed: at a call to AWS by its name in the log, or in the exchange with the receiver. */
export type KillPoint =
  | { readonly kind: 'call'; readonly at: string; readonly when: 'before' | 'after' }
  | { readonly kind: 'exchange'; readonly at: 'the exchange'; readonly when: ExchangeMoment }

const exchange = exchangeMoments.map(when => ({ kind: 'exchange', at: 'the exchange', when }) as const)

/**
 * Every call before it takes effect and after, in the order of the calls. The exchange follows the opening of the key
 * that signs; where there is none, nothing is sent.
 */
export function killPoints(calls: readonly string[]): readonly KillPoint[] {
  return calls.flatMap((at): readonly KillPoint[] => [
    { kind: 'call', at, when: 'before' },
    { kind: 'call', at, when: 'after' },
    ...(at === 'Decrypt 1' ? exchange : []),
  ])
}
