import { firstViolation } from './first-violation'
import * as sabotages from './sabotage'

/**
 * Runs the seeds `<from> <seeds>`, with the named sabotage where there is one, in a process of its own. Prints the
 * schedule that breaks an invariant, or nothing.
 */
async function main([from, seeds, sabotage]: readonly string[]): Promise<void> {
  const options = Object.entries(sabotages).flatMap(([name, each]) => (name === sabotage ? [{ sabotage: each }] : []))
  process.stdout.write((await firstViolation({ from: Number(from), seeds: Number(seeds) }, options[0])) ?? '')
}

void main(process.argv.slice(2))
