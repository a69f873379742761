import { endBuilder } from '../scripts/bundle'
import { firstViolationInProcesses } from '../test/simulator/in-processes'
import type { Row } from './interleaved'

const seeds = 20_000
const mostSeconds = 20

/** How long the random schedules of `npm test` take by themselves. */
export async function benchSchedules(): Promise<{ rows: Row[] }> {
  const began = performance.now()
  const violation = await firstViolationInProcesses({ from: 0, seeds })
  const seconds = (performance.now() - began) / 1000
  await endBuilder()
  if (violation !== null) throw new Error(violation)
  const ok = seconds <= mostSeconds
  return { rows: [{ name: `${seeds} random schedules`, value: seconds, unit: 's', target: `≤ ${mostSeconds}`, ok }] }
}
