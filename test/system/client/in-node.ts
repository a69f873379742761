import { drive, type Given } from './drive'

// In Node: `node <this file> <what is given, as JSON>` prints what was driven, and how many timers are left.

async function main(): Promise<void> {
  // The test alone starts it.
  const driven = await drive(JSON.parse(process.argv[2] ?? '') as Given)
  const timers = process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  process.stdout.write(JSON.stringify({ driven, timers }))
}

void main()
