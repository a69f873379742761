import { firstViolation, firstViolationOf, hookSchedules, publishedSchedules } from './first-violation'
import * as sabotages from './sabotage'

/**
 * Runs the seeds `<from> <seeds> <requests|published|hook>`, with the named sabotage where there is one, in a process of its own.
 * Prints the schedule that breaks an invariant, or nothing. A rejection that nobody handles ends it.
 */
async function main([from, seeds, kind, sabotage]: readonly string[]): Promise<void> {
  const range = { from: Number(from), seeds: Number(seeds) }
  const options = Object.entries(sabotages).flatMap(([name, each]) => (name === sabotage ? [{ sabotage: each }] : []))
  const runs: Readonly<Record<string, () => Promise<string | null>>> = {
    requests: () => firstViolation(range, options[0]),
    published: () => firstViolationOf(publishedSchedules, range),
    hook: () => firstViolationOf(hookSchedules, range),
  }
  process.stdout.write((await runs[kind ?? '']?.()) ?? '')
}

void main(process.argv.slice(2))
