import { everyPoint, fromTheExchangeOn, inTheExchange } from '../support/kills/kill-point'
import { describeKills } from '../support/kills/kill-suite'
import { attempt, failingAttempt, fanOut, retry } from '../support/kills/scenario'

// The built function in real processes that are killed at every step of a fan-out and of an attempt. What comes after
// an attempt that failed is killed where it differs; `npm run test:faults` kills all of it.

describeKills([
  { scenario: fanOut, choice: everyPoint },
  { scenario: attempt, choice: everyPoint },
  { scenario: failingAttempt, choice: fromTheExchangeOn },
  { scenario: retry, choice: inTheExchange },
])
