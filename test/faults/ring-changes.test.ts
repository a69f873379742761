import { faultSuite } from './wire/fault-suite'
import { scenarios } from './wire/scenario'

faultSuite(scenarios)
