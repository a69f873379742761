import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorName } from '../../../src/rotation/mirror'
import { tenantId } from '../operation'
import type { MirroredSecret } from '../../support/memory/memory-mirror'
import type { World } from '../world'
import { endpointId, type Service } from './plan'

/** What was stored and what receivers could read, each from its time on until the next one's. Oldest first. */
export interface Timeline {
  readonly reader: string | null
  /** The services that nobody reaches at this moment. */
  readonly down: Set<Service>
  readonly rings: Moment<Endpoint>[]
  readonly documents: Moment<Readable>[]
}

export interface Moment<What> {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly what: What
}

/** What a receiver gets that reads: a document, nothing at that moment, or nothing since no mirror is wanted. */
export type Readable = MirrorDocument | 'unreadable' | 'off'

export interface MirrorDocument {
  readonly versionId: string
  readonly version: number
  /** When each key ends, by its id; null: never. */
  readonly ends: ReadonlyMap<string, number | null>
}

export function newTimeline(reader: string | null): Timeline {
  return { reader, down: new Set(), rings: [], documents: [] }
}

/** Notes what is stored and what can be read at this moment, where that is something new. */
export function noteMoment({ cloud, clock }: World, timeline: Timeline): void {
  const { rings, documents } = timeline
  const endpoint = cloud.state.table.endpoints.get(`${tenantId}#${endpointId}`)?.endpoint
  if (endpoint !== undefined && endpoint.revision !== rings.at(-1)?.what.revision)
    rings.push({ at: clock, what: endpoint })
  const secret = cloud.state.vault.secrets.get(mirrorName('test', tenantId, endpointId))
  const found = versionRead(secret, endpoint, timeline)
  const before = documents.at(-1)?.what
  if (found === (typeof before === 'object' ? before.versionId : before)) return
  documents.push({ at: clock, what: isNone(found) ? found : documentOf(found, secret?.documents.get(found) ?? '{}') })
}

function isNone(found: string): found is 'unreadable' | 'off' {
  return found === 'unreadable' || found === 'off'
}

/** The id of the version that a receiver reads. */
function versionRead(
  secret: MirroredSecret | undefined,
  endpoint: Endpoint | undefined,
  { reader, down }: Timeline,
): string {
  const isWanted = endpoint?.settings.mirror === 'on' && endpoint.deletedAt === null
  if (!isWanted) return 'off'
  if (secret === undefined || secret.deleted || down.has('mirror')) return 'unreadable'
  if (reader !== null && secret.policy?.includes(reader) !== true) return 'unreadable'
  return secret.labels.get('AWSCURRENT') ?? 'unreadable'
}

interface Written {
  readonly version?: number
  readonly keys?: readonly { readonly id: string; readonly expiresAt: string | null }[]
}

function documentOf(versionId: string, text: string): MirrorDocument {
  const { version = 0, keys = [] } = JSON.parse(text) as Written
  return {
    versionId,
    version,
    ends: new Map(keys.map(({ id, expiresAt }) => [id, expiresAt === null ? null : Date.parse(expiresAt)])),
  }
}
