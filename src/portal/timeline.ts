import { addSeconds } from '../core/instant'
import type { KeyState, Ring, RingKey, RotationRecord } from './key-ring'
import { secondsIn } from './times'

// What the keys of an endpoint did and will do, as bars over time. The ring says what holds now, the records what was
// before; where they differ the ring is right, since the records may be a page of many.

export interface Span {
  readonly state: KeyState
  readonly from: Date
  /** Null: no end is known. */
  readonly until: Date | null
}

export interface Bar {
  readonly keyId: string
  /** Its last four characters; null where the ring does not have the key. */
  readonly hint: string | null
  /** Null: it has ended. */
  readonly state: KeyState | null
  /** One after the other, without gaps. The first may begin earlier than the picture. */
  readonly spans: readonly [Span, ...Span[]]
  readonly proof: RingKey['proof']
}

/** What a picture shows. */
interface Window {
  readonly from: Date
  readonly until: Date
}

export interface Timeline extends Window {
  readonly now: Date
  /** Those that live, then those that have ended within the window; newest first. */
  readonly bars: readonly Bar[]
}

/** What a picture has room for. */
const mostBars = 8

/** `records` in any order; they may begin later than the endpoint did. `clock`: the reader's, which may be behind. */
export function timelineOf(ring: Pick<Ring, 'keys'>, records: readonly RotationRecord[], clock: Date): Timeline {
  const now = new Date(Math.max(clock.getTime(), ...ring.keys.map(({ createdAt }) => Date.parse(createdAt))))
  const lives = livesOf(records)
  const planned = plannedPromotion(ring, records)
  const live = ring.keys.map(key => liveBar(key, lives.get(key.id) ?? [], planned))
  const ended = [...lives].flatMap(([keyId, spans]) =>
    ring.keys.some(({ id }) => id === keyId) ? [] : endedBar(keyId, spans, now),
  )
  const { from, until } = windowOf(live, ended, now)
  const shown = ended.filter(bar => (endOf(bar) ?? now) > from)
  const bars = [...live.toSorted(newestFirst), ...shown.toSorted(newestFirst)].slice(0, mostBars)
  return { now, from, until, bars }
}

/** When the bar ends; null: no end is known. */
export function endOf({ spans }: Pick<Bar, 'spans'>): Date | null {
  return spans.at(-1)?.until ?? null
}

function newestFirst({ spans: [one] }: Bar, { spans: [other] }: Bar): number {
  return other.from.getTime() - one.from.getTime()
}

/** Each key's life as the records tell it. */
type Lives = ReadonlyMap<string, readonly Span[]>

function livesOf(records: readonly RotationRecord[]): Lives {
  const inOrder = records.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
  return inOrder.reduce<Lives>((lives, record) => afterRecord(lives, record), new Map())
}

function afterRecord(lives: Lives, record: RotationRecord): Lives {
  const { keyId, kind } = record
  const at = new Date(record.at)
  const retired = retireUntil(record, at)
  switch (kind) {
    case 'create':
    case 'rotate':
      return entering(
        mapped(lives, (spans, state) => (state === null ? spans : ending(spans, at, retired))),
        keyId,
        {
          state: 'signing',
          at,
        },
      )
    case 'publish':
      return entering(lives, keyId, { state: 'published', at })
    case 'promote': {
      const others = mapped(lives, (spans, state) => (state === 'signing' ? ending(spans, at, retired) : spans))
      return entering(others, keyId, { state: 'signing', at })
    }
    case 'abandon':
      return mapped(lives, (spans, _, id) => (id === keyId ? ending(spans, at, retired) : spans))
    case 'roll-back': {
      const others = mapped(lives, (spans, state) => (state === 'signing' ? turned(spans, 'published', at) : spans))
      return entering(others, keyId, { state: 'signing', at })
    }
    case 'revoke':
      return mapped(lives, (spans, state) => (state === 'retiring' ? cut(spans, at) : spans))
    case 'update':
    case 'delete':
    case 'replay':
    case 'create-api-key':
    case 'create-portal-session':
    case 'end-portal-session':
    case 'end-portal-sessions':
    case 'revoke-api-key':
      return lives
  }
}

/** Null: without an end. */
function retireUntil({ overlapSeconds }: RotationRecord, at: Date): Date | null {
  return typeof overlapSeconds === 'number' ? addSeconds(at, overlapSeconds) : null
}

function mapped(
  lives: Lives,
  change: (spans: readonly Span[], state: KeyState | null, keyId: string) => readonly Span[],
): Lives {
  return new Map([...lives].map(([keyId, spans]) => [keyId, change(spans, openState(spans), keyId)]))
}

function entering(lives: Lives, keyId: string, { state, at }: { state: KeyState; at: Date }): Lives {
  return new Map([...lives, [keyId, turned(lives.get(keyId) ?? [], state, at)]])
}

/** What the key was when the records end; null: nothing is known of it. */
function openState(spans: readonly Span[]): KeyState | null {
  return spans.at(-1)?.state ?? null
}

/** The life with another state from `at` on, without a known end. */
function turned(spans: readonly Span[], state: KeyState, at: Date): readonly Span[] {
  return [...cut(spans, at), { state, from: at, until: null }]
}

/** A key that signed or was published retires until then; one that retires keeps its end, unless all end now. */
function ending(spans: readonly Span[], at: Date, until: Date | null): readonly Span[] {
  const endsNow = until !== null && until <= at
  if (endsNow) return cut(spans, at)
  return openState(spans) === 'retiring' ? spans : [...cut(spans, at), { state: 'retiring', from: at, until }]
}

/** The life with nothing after `at`. */
function cut(spans: readonly Span[], at: Date): readonly Span[] {
  return spans.flatMap(span => {
    if (span.from >= at) return []
    return [{ ...span, until: span.until !== null && span.until < at ? span.until : at }]
  })
}

/** What the sweep will do by itself. */
interface Promotion {
  readonly at: Date
  /** How long the key before works on; null: nobody knows. */
  readonly retiresUntil: Date | null
}

function plannedPromotion({ keys }: Pick<Ring, 'keys'>, records: readonly RotationRecord[]): Promotion | null {
  const published = keys.find(({ state }) => state === 'published')
  if (published === undefined || published.signsFrom === null) return null
  const at = new Date(published.signsFrom)
  const record = records.find(({ kind, keyId }) => kind === 'publish' && keyId === published.id)
  return { at, retiresUntil: record === undefined ? null : retireUntil(record, at) }
}

function liveBar(key: RingKey, told: readonly Span[], planned: Promotion | null): Bar {
  const { id: keyId, hint, state, proof, expiresAt } = key
  const end = expiresAt === null ? null : new Date(expiresAt)
  const known = knownLife(key, told)
  const last: Span = { state, from: known.at(-1)?.from ?? new Date(key.createdAt), until: end }
  const [first, ...others] = [...known.slice(0, -1), ...continued(last, planned)]
  return { keyId, hint, state, proof, spans: [first ?? last, ...others] }
}

/** Where the records do not reach to the ring, the key has been in its state since they end. */
function knownLife({ state }: RingKey, told: readonly Span[]): readonly Span[] {
  const last = told.at(-1)
  return last === undefined || last.state === state ? told : [...told.slice(0, -1), { ...last, state }]
}

/** The span, and what is planned to follow it. */
function continued(last: Span, planned: Promotion | null): readonly Span[] {
  if (planned === null || last.state === 'retiring') return [last]
  const { at, retiresUntil } = planned
  const next =
    last.state === 'published'
      ? ({ state: 'signing', until: null } as const)
      : ({ state: 'retiring', until: retiresUntil } as const)
  return [
    { ...last, until: at },
    { ...next, from: at },
  ]
}

/** A key that the ring no longer has ended by now, whatever the records say of its end. */
function endedBar(keyId: string, spans: readonly Span[], now: Date): readonly Bar[] {
  const [first, ...others] = cut(spans, now)
  return first === undefined ? [] : [{ keyId, hint: null, state: null, proof: null, spans: [first, ...others] }]
}

/** Before this many times what is to come, or what has passed since the last change, a picture would show nothing else. */
const mostPast = 6

/** What makes the next ends legible: as much of the past as there is future, the last change, and what ended last. */
function windowOf(live: readonly Bar[], ended: readonly Bar[], now: Date): Window {
  const moments = live.flatMap(({ spans }) => spans.flatMap(({ from, until }) => [from, until ?? from]))
  const future = moments.reduce((most, at) => Math.max(most, at.getTime() - now.getTime()), 0)
  const pasts = moments.map(at => now.getTime() - at.getTime()).filter(age => age >= 0)
  const lastChange = Math.min(...pasts, Number.MAX_SAFE_INTEGER)
  const least = 10 * secondsIn.minute * 1000
  const near = Math.max(least, future, lastChange * 1.2)
  const ends = ended.map(bar => now.getTime() - (endOf(bar) ?? now).getTime()).toSorted((one, other) => one - other)
  const lastEnds = (ends[1] ?? ends[0] ?? 0) * 1.5
  const past = Math.min(Math.max(...pasts, lastEnds, least) * 1.05, Math.max(near, Math.min(lastEnds, near * mostPast)))
  const ahead = Math.max(future * 1.15, past * 0.25)
  return { from: new Date(now.getTime() - past), until: new Date(now.getTime() + ahead) }
}
