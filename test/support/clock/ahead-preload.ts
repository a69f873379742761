import { preloadInWorkers } from '../preload/in-workers'
import { shiftClock } from './shift-clock'

// Loaded before everything else in a process, and in each of its workers: all of it runs that much ahead of time.

declare const AHEAD_MS: number

shiftClock(AHEAD_MS)
preloadInWorkers(__filename)
