import type { Lane } from './bed'

export const seconds = 60
const perSecond = 216
const forgedEach = 20
/** Where the slowest takes five seconds, so many are on their way. */
const mostOpen = 1000

export interface SendOptions {
  readonly lanes: readonly Lane[]
  readonly began: number
  /**
   * Present: it sends until this is done, too, and no more once it has failed. A machine that is too busy for the rate then
   * only takes longer: while a thousand are on their way, no other is sent.
   */
  readonly rotating?: Promise<unknown>
}

/**
 * Sends for a minute, at an even rate to all contracts in turn, and catches up when it was late. Resolves to the seconds it
 * took, once all is answered.
 */
export async function send({ lanes, began, rotating }: SendOptions): Promise<number> {
  const open = openSends(rotating === undefined ? Number.POSITIVE_INFINITY : mostOpen)
  const rotated = progressOf(rotating ?? Promise.resolve())
  for (let sent = 0; rotated() !== 'failed' && (sent < seconds * perSecond || rotated() === 'pending'); sent += 1) {
    await until(began + (sent * 1000) / perSecond)
    await open.room()
    const lane = lanes[sent % lanes.length]
    if (lane === undefined) throw new TypeError('nothing is sent')
    open.add(lane.traffic.genuine())
    if (sent % forgedEach === 0) for (const { traffic } of lanes) open.add(traffic.forged())
  }
  const tookSeconds = (Date.now() - began) / 1000
  await open.done()
  return tookSeconds
}

interface OpenSends {
  add(work: Promise<void>): void
  /** Resolves once there are fewer than the most. */
  room(): Promise<void>
  done(): Promise<void>
}

function openSends(most: number): OpenSends {
  const open = new Set<Promise<void>>()
  let freed = (): void => undefined
  return {
    add: work => {
      const noted = work.finally(() => {
        open.delete(noted)
        freed()
      })
      open.add(noted)
      // Where the rotations fail first, nobody waits for the deliveries any more.
      noted.catch(() => undefined)
    },
    room: async () => {
      while (open.size >= most) await new Promise<void>(resolve => (freed = resolve))
    },
    done: async () => {
      await Promise.all(open)
    },
  }
}

function progressOf(work: Promise<unknown>): () => 'pending' | 'done' | 'failed' {
  let progress: 'pending' | 'done' | 'failed' = 'pending'
  work.then(
    () => (progress = 'done'),
    () => (progress = 'failed'),
  )
  return () => progress
}

export async function until(time: number): Promise<void> {
  const wait = time - Date.now()
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
}
