import { attempt, failingAttempt, fanOut, givenUp, retry } from './subjects/deliveries/scenarios'
import { describeKills } from './subjects/deliveries/suite'

// Every step of a delivery, its failed attempt and its retry included: the whole of deliveries.sample.test.ts.

describeKills([fanOut, attempt, failingAttempt, retry, givenUp])
