import { describeKills } from './kills/kill-suite'
import { attempt, failingAttempt, fanOut, givenUp, retry } from './kills/scenario'

// Every step of a delivery, its failed attempt and its retry included: the whole of test/faults/delivery-kills.sample.test.ts.

describeKills([fanOut, attempt, failingAttempt, retry, givenUp])
