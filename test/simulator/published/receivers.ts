import type { Contract } from '../../../src/contracts/contract'
import { signingKeys } from '../../../src/delivery/signed-request'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { forcingActor } from '../operation'
import type { MirrorDocument, Moment, Readable, Timeline } from './timeline'

// Whether a receiver refused a genuine delivery. Nothing is left to chance: each ring that could sign meets each document
// that a receiver could hold at the same time, at the last moment of that. Before it no more keys had ended, so what is
// accepted then was accepted all the time.

/** `deliver` signs with a ring that it read this long ago, and a request is this long on its way. */
const ringMilliseconds = 60_000
const wayMilliseconds = 10_000
/** How far the clocks of `deliver` and of receivers are off. */
const skewMilliseconds = 2000

export interface Judging {
  readonly contract: Contract
  /** Receivers hold what they read for less than that, or until they can read again. */
  readonly cacheSeconds: number
  /** Whether a refusal is one that somebody asked for is left out. */
  readonly excusing: boolean
}

/** The first refusal that nothing excuses, in words; null: there is none. */
export function firstRefusal(timeline: Timeline, judging: Judging, until: number): string | null {
  const held = heldDocuments(timeline.documents, judging, until)
  for (const [place, { at, what }] of timeline.rings.entries()) {
    if (what.deletedAt !== null) continue
    const to = Math.min((timeline.rings[place + 1]?.at ?? until) + ringMilliseconds + wayMilliseconds, until)
    for (const document of held) {
      const delivery = { endpoint: what, document, at: Math.min(to, document.to) }
      if (delivery.at < Math.max(at, document.from) || accepts(delivery, judging)) continue
      if (judging.excusing && isExcused(delivery, timeline, judging)) continue
      return described(delivery)
    }
  }
  return null
}

/** A document, and when receivers can go by it. */
interface Held {
  readonly from: number
  readonly to: number
  /** When a cache ends that was filled last; after it receivers go by the document since they cannot read another. */
  readonly cachedTo: number
  readonly what: MirrorDocument
}

interface Delivery {
  readonly endpoint: Endpoint
  readonly document: Held
  /** When it arrives. */
  readonly at: number
}

/** A receiver that cannot read goes by what it has until it can; where no mirror is wanted any more, as long as ever. */
function heldDocuments(
  documents: readonly Moment<Readable>[],
  { cacheSeconds }: Judging,
  until: number,
): readonly Held[] {
  const cache = cacheSeconds * 1000
  const endOf = (place: number): number => documents[place + 1]?.at ?? until
  const gaps = documents.flatMap(({ at, what }, place) =>
    what === 'unreadable' ? [{ from: at, to: endOf(place) }] : [],
  )
  return documents.flatMap(({ at, what }, place) => {
    if (typeof what !== 'object') return []
    const readLast = endOf(place)
    const stuck = gaps.filter(gap => gap.from >= readLast && readLast + cache > gap.from && at + cache < gap.to)
    const cachedTo = readLast + cache - 1
    const to = Math.max(cachedTo, ...stuck.map(gap => gap.to - 1))
    return [{ from: at, to: Math.min(to, until), cachedTo, what }]
  })
}

function accepts({ endpoint, document, at }: Delivery, { contract }: Judging): boolean {
  const latest = at + skewMilliseconds
  return signingKeys(contract, endpoint, new Date(latest)).some(({ id }) => {
    const end = document.what.ends.get(id)
    return end !== undefined && (end === null || latest < end)
  })
}

/** Changes that somebody wanted although they lose deliveries, and ends that receivers were told too early to take back. */
function isExcused(delivery: Delivery, timeline: Timeline, { contract }: Judging): boolean {
  const { endpoint, document, at } = delivery
  const [signer] = signingKeys(contract, endpoint, new Date(at))
  if (signer === undefined) return false
  const told = document.what.ends.get(signer.id)
  if (told === null) return false
  if (told !== undefined) return at > document.cachedTo || isTakenBackLate({ endpoint, keyId: signer.id }, timeline)
  const made = timeline.rings.find(({ what }) => isMade(what, signer.id))
  const isOlder = made === undefined || document.what.version < made.what.ring.version
  return timeline.rings.some(
    ({
      what: {
        changes: [change],
      },
    }) => {
      if (change.keyId !== signer.id) return false
      const isForced = change.kind === 'promote' && change.actor.id === forcingActor.id
      const isEnded = change.kind === 'abandon' && change.overlapSeconds === 0
      return isOlder ? isForced || change.kind === 'rotate' : isEnded
    },
  )
}

function isMade({ ring, published }: Endpoint, keyId: string): boolean {
  return published?.key.id === keyId || ring.keys[0].id === keyId
}

/** A mirror that is written so much later than its change was held up by something: a request settles for 4 seconds. */
const usualMilliseconds = 5000

interface Signer {
  readonly endpoint: Endpoint
  readonly keyId: string
}

/** Whether a roll-back took the end back by force, or receivers could not read that right after it. */
function isTakenBackLate({ endpoint, keyId }: Signer, { rings, documents }: Timeline): boolean {
  const takenBack = rings.findLast(
    ({ what: { changes, revision } }) =>
      changes[0].kind === 'roll-back' && changes[0].keyId === keyId && revision <= endpoint.revision,
  )
  if (takenBack === undefined) return false
  if (takenBack.what.changes[0].actor.id === forcingActor.id) return true
  const shown = documents.find(
    ({ at, what }) => at >= takenBack.at && typeof what === 'object' && isEndless(what, keyId),
  )
  return shown === undefined || shown.at - takenBack.at > usualMilliseconds
}

function isEndless({ ends }: MirrorDocument, keyId: string): boolean {
  return ends.get(keyId) === null
}

function described({ endpoint, document, at }: Delivery): string {
  const { ring, changes } = endpoint
  const ends = [...document.what.ends].map(([id, end]) => `${id} ${end === null ? 'endless' : timeOf(end)}`)
  const signs = `signed by ${ring.keys[0].id} since ${changes[0].kind} ${endpoint.revision}`
  const read = `the document of ${timeOf(document.from)} to ${timeOf(document.to)} with ${ends.join(', ')}`
  return `no receiver refuses a genuine delivery: one at ${timeOf(at)} ${signs} met ${read}`
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 23)
}
