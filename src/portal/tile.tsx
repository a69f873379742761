import type { JSX } from 'preact'
import { useRef } from 'preact/hooks'
import type { Endpoint } from '../client'
import type { Tile } from '../contracts/contract'
import type { Mount } from '../contracts/routes'
import { may, useOpen } from './open'
import { ownRotation } from './own-route'
import { Failure, useWork } from './parts'
import { fragmentOf } from './route'
import { shown } from '../core/shown'
import { tile as texts } from './texts'
import { isOpenEnded } from './unclear'

export interface TileProps {
  readonly mount: Mount
  readonly tile: Tile
  readonly endpoint: Endpoint
  readonly onRotated: () => void
}

/** A tenant's one secret as its vendor's dashboard shows it. Whoever may not rotate has no control. */
export function SecretTile({ mount, tile, endpoint, onRotated }: TileProps): JSX.Element {
  const open = useOpen()
  const work = useWork()
  const key = useRef<string | null>(null)
  // The route is for the vendor's own sessions: a portal session's token is good for our API alone.
  const mayRotate =
    may(open, 'rotate') && open.session.kind === 'session' && ownRotation(mount, endpoint.id, '') !== null
  const rotate = (): void =>
    work.run(async () => {
      const isRepeat = key.current !== null
      key.current ??= crypto.randomUUID()
      try {
        await open.obtain({ kind: 'own-route', contract: endpoint.contract, endpointId: endpoint.id }, key.current)
        key.current = null
        onRotated()
      } catch (error) {
        if (!isOpenEnded(error, isRepeat)) key.current = null
        throw error
      }
    })
  return (
    <section class="tile" aria-labelledby="tile-heading">
      <h2 id="tile-heading">{shown(tile.title)}</h2>
      <p>{shown(tile.description)}</p>
      {work.error !== null && <Failure error={work.error} />}
      <div class="actions">
        {mayRotate && (
          <button type="button" class="main" disabled={work.isRunning} onClick={rotate}>
            {shown(tile.rotate)}
          </button>
        )}
        <a class="button" href={fragmentOf({ kind: 'endpoint', id: endpoint.id, view: 'keys' })}>
          {texts.keys}
        </a>
      </div>
    </section>
  )
}
