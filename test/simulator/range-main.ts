import { firstViolation, firstViolationOf, hookSchedules } from './first-violation'
import * as sabotages from './sabotage'

/**
 * Runs the seeds `<from> <seeds> <requests|hook>`, with the named sabotage where there is one, in a process of its own.
 * Prints the schedule that breaks an invariant, or nothing. A rejection that nobody handles ends it.
 */
async function main([from, seeds, kind, sabotage]: readonly string[]): Promise<void> {
  const range = { from: Number(from), seeds: Number(seeds) }
  const options = Object.entries(sabotages).flatMap(([name, each]) => (name === sabotage ? [{ sabotage: each }] : []))
  const found = kind === 'hook' ? firstViolationOf(hookSchedules, range) : firstViolation(range, options[0])
  process.stdout.write((await found) ?? '')
}

void main(process.argv.slice(2))
