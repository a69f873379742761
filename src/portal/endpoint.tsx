import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Endpoint } from '../client'
import { Deliveries } from './deliveries'
import { endpointName } from './endpoints'
import { History } from './history'
import { publishedKey, type Ring, type RotationRecord } from './key-ring'
import { useLoaded, useNow } from './loaded'
import { NextStep } from './next-step'
import { contractOf, type Open, useOpen } from './open'
import { Shown } from './parts'
import { RotateDialog } from './rotate-dialog'
import { fragmentOf, type View, views } from './route'
import { Settings } from './settings'
import { shown } from '../core/shown'
import { endpoint as texts, states, timeline as timelineTexts } from './texts'
import { timelineOf } from './timeline'
import { TimelinePicture, TimelineTable } from './timeline-picture'

interface Seen {
  readonly endpoint: Endpoint
  readonly ring: Ring
  readonly records: readonly RotationRecord[]
}

async function readSeen({ client }: Open, id: string): Promise<Seen> {
  const [endpoint, ring, { data: records }] = await Promise.all([
    client.get(id),
    client.secretState(id),
    client.rotations(id, { limit: 100 }),
  ])
  return { endpoint, ring, records }
}

/** One endpoint: its keys and what to do with them, its deliveries, its settings, and what happened to it. */
export function EndpointPage({ id, view }: { readonly id: string; readonly view: View }): JSX.Element {
  const open = useOpen()
  const { loaded, reload } = useLoaded(id, () => readSeen(open, id))
  const seen = loaded.kind === 'ready' ? loaded.value : null
  useAgain(open.changes, seen !== null && isUnderWay(seen.ring), reload)
  return (
    <>
      <p>
        <a href={fragmentOf({ kind: 'list' })}>{texts.back}</a>
      </p>
      <div class="title">
        <h1 tabIndex={-1}>{seen === null ? shown(id) : endpointName(seen.endpoint)}</h1>
        {seen !== null && <span class={`state ${seen.endpoint.status}`}>{states[seen.endpoint.status]}</span>}
      </div>
      <Shown of={loaded} reload={reload}>
        {({ endpoint, ring, records }) => (
          <>
            {endpoint.url !== null && (
              <p>
                <code>{shown(endpoint.url)}</code>
              </p>
            )}
            <nav class="views" aria-label={texts.views}>
              {views.map(each => (
                <a
                  key={each}
                  href={fragmentOf({ kind: 'endpoint', id, view: each })}
                  aria-current={each === view ? 'page' : undefined}
                >
                  {texts[each]}
                </a>
              ))}
            </nav>
            {view === 'keys' && <Keys endpoint={endpoint} ring={ring} records={records} onChanged={reload} />}
            {view === 'deliveries' && <Deliveries endpoint={endpoint} ring={ring} />}
            {view === 'settings' && <Settings endpoint={endpoint} ring={ring} onChanged={reload} />}
            {view === 'history' && <History key={id} endpointId={id} />}
          </>
        )}
      </Shown>
    </>
  )
}

/** Whether the sweep has something to do with the keys. */
function isUnderWay(ring: Ring): boolean {
  return ring.mirror.state === 'pending' || (publishedKey(ring)?.signsFrom ?? null) !== null
}

const againMilliseconds = 20_000

/** Reads again once another secret has come, and while something happens by itself. */
function useAgain(changes: number, isWaiting: boolean, reload: () => Promise<void>): void {
  useEffect(() => {
    if (changes > 0) void reload()
  }, [changes])
  useEffect(() => {
    if (!isWaiting) return undefined
    const timer = setInterval(() => void reload(), againMilliseconds)
    return () => clearInterval(timer)
  }, [isWaiting, reload])
}

function Keys({ endpoint, ring, records, onChanged }: Seen & { readonly onChanged: () => Promise<void> }): JSX.Element {
  const open = useOpen()
  const now = useNow(30)
  const [isRotating, setRotating] = useState<'no' | 'usual' | 'emergency'>('no')
  const contract = contractOf(open, endpoint.contract)
  const timeline = timelineOf(ring, records, now)
  return (
    <>
      {contract !== undefined && (
        <NextStep endpoint={endpoint} contract={contract} ring={ring} onChanged={onChanged} onRotate={setRotating} />
      )}
      {ring.mirror.state === 'pending' && <p class="notice">{texts.mirrorPending}</p>}
      <section aria-labelledby="timeline-heading">
        <h2 id="timeline-heading">{timelineTexts.heading}</h2>
        <TimelinePicture timeline={timeline} />
        <TimelineTable timeline={timeline} ring={ring} caption={timelineTexts.caption} />
      </section>
      {isRotating !== 'no' && contract !== undefined && (
        <RotateDialog
          endpoint={endpoint}
          contract={contract}
          ring={ring}
          records={records}
          isEmergency={isRotating === 'emergency'}
          onDone={() => {
            setRotating('no')
            void onChanged()
          }}
          onClose={() => {
            setRotating('no')
            void onChanged()
          }}
        />
      )}
    </>
  )
}
