import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Endpoint } from '../client'
import { Deliveries } from './deliveries'
import { endpointName } from './endpoints'
import { History } from './history'
import type { Ring, RotationRecord } from './key-ring'
import { useLoaded, useNow } from './loaded'
import { NextStep } from './next-step'
import { contractOf, type Open, useOpen } from './open'
import { Shown } from './parts'
import { RotateDialog } from './rotate-dialog'
import { fragmentOf, type View, views } from './route'
import { Settings } from './settings'
import { shown } from './shown'
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
  return (
    <>
      <p>
        <a href={fragmentOf({ kind: 'list' })}>{texts.back}</a>
      </p>
      {loaded.kind !== 'ready' && <h1 tabIndex={-1}>{shown(id)}</h1>}
      <Shown of={loaded} reload={reload}>
        {seen => (
          <>
            <div class="title">
              <h1 tabIndex={-1}>{endpointName(seen.endpoint)}</h1>
              <span class={`state ${seen.endpoint.status}`}>{states[seen.endpoint.status]}</span>
            </div>
            {seen.endpoint.url !== null && (
              <p>
                <code>{shown(seen.endpoint.url)}</code>
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
            {view === 'keys' && <Keys {...seen} onChanged={reload} />}
            {view === 'deliveries' && <Deliveries endpoint={seen.endpoint} ring={seen.ring} />}
            {view === 'settings' && <Settings endpoint={seen.endpoint} ring={seen.ring} onChanged={reload} />}
            {view === 'history' && <History key={id} endpointId={id} />}
          </>
        )}
      </Shown>
    </>
  )
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
