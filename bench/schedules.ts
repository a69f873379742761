import { endBuilder } from '../scripts/bundle'
import { firstViolationInProcesses } from '../test/simulator/in-processes'
import type { Figure } from './figure'

const seeds = 20_000
const mostSeconds = 20

/** How long the random schedules of `npm test` take by themselves. */
export async function benchSchedules(): Promise<readonly Figure[]> {
  const began = performance.now()
  const violation = await firstViolationInProcesses({ from: 0, seeds })
  const seconds = (performance.now() - began) / 1000
  await endBuilder()
  if (violation !== null) throw new Error(violation)
  return [{ name: `${seeds} random schedules`, value: seconds, unit: 's', most: mostSeconds }]
}
