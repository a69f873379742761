import type { Lane } from './bed'

export const seconds = 60
const perSecond = 216
const forgedEach = 20

export interface SendOptions {
  readonly lanes: readonly Lane[]
  readonly began: number
  /** Whether it goes on when the minute is over. */
  readonly goesOn?: () => boolean
}

/**
 * Sends for a minute, at an even rate to all contracts in turn, and catches up when it was late. Resolves to the seconds it
 * took, once all is answered.
 */
export async function send({ lanes, began, goesOn = () => false }: SendOptions): Promise<number> {
  const open = new Set<Promise<void>>()
  for (let sent = 0; sent < seconds * perSecond || goesOn(); sent += 1) {
    await until(began + (sent * 1000) / perSecond)
    const lane = lanes[sent % lanes.length]
    if (lane === undefined) throw new TypeError('nothing is sent')
    note(open, lane.traffic.genuine())
    if (sent % forgedEach === 0) for (const { traffic } of lanes) note(open, traffic.forged())
  }
  const tookSeconds = (Date.now() - began) / 1000
  await Promise.all(open)
  return tookSeconds
}

function note(open: Set<Promise<void>>, work: Promise<void>): void {
  const noted = work.finally(() => open.delete(noted))
  open.add(noted)
  // Where the rotations fail first, nobody waits for the deliveries any more.
  noted.catch(() => undefined)
}

export async function until(time: number): Promise<void> {
  const wait = time - Date.now()
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
}
