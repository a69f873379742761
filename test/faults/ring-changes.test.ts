import { faultSuite } from '../support/wire-faults/fault-suite'
import { scenarios } from '../support/wire-faults/scenario'

faultSuite(scenarios)
