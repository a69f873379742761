/** What becomes of a call that is struck, and of its caller. Nobody hears its reply. */
export interface Struck {
  readonly takesEffect: boolean
  readonly killsCaller: boolean
}

/** The ways to strike one call. The tests strike every call in each of them. */
export const strikes = {
  'killed-before': { takesEffect: false, killsCaller: true },
  'reply-lost': { takesEffect: true, killsCaller: false },
  'killed-after': { takesEffect: true, killsCaller: true },
} as const satisfies Readonly<Record<string, Struck>>

export type Strike = keyof typeof strikes

export const everyStrike: readonly Strike[] = ['killed-before', 'reply-lost', 'killed-after']

/** Those of the ways that kill the caller. */
export const everyKill = ['killed-before', 'killed-after'] as const satisfies readonly Strike[]

/** No strike: a service that is out of reach for as long as it lasts. */
export const outage: Struck = { takesEffect: false, killsCaller: false }

/** Where a sender is killed in its exchange with a receiver: before its request is taken, before the answer, after it. */
export const exchangeMoments = ['before it is taken', 'taken', 'answered'] as const
export type ExchangeMoment = (typeof exchangeMoments)[number]
