import { everyStrike } from './strikes'
import { describeStruckProbes } from './subjects/probes/suite'

// Probes, struck at each of their calls to AWS: the whole of probes.sample.test.ts.

describeStruckProbes('adopted', everyStrike)
describeStruckProbes('accepts-anything', everyStrike)
