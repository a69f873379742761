import { describeStruckProbes } from './subjects/probes/suite'

// A probe whose process is killed after each of its calls to AWS. `npm run test:faults` has the other ways.

describeStruckProbes('accepts-anything', ['killed-after'])
