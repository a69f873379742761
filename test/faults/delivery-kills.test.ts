import { describeKills } from '../support/kills/kill-suite'
import { attempt, failingAttempt, fanOut, givenUp, retry } from '../support/kills/scenario'

// Every step of a delivery, its failed attempt and its retry included: the whole of test/delivery/kill.test.ts.

describeKills([fanOut, attempt, failingAttempt, retry, givenUp])
