import { everyStrike } from './strikes'
import { ringChanges } from './subjects/ring-changes/changes'
import { describeStruckChanges } from './subjects/ring-changes/suite'

// Every change of a ring, struck at each of its calls: the whole of ring-changes.sample.test.ts.

describeStruckChanges({ changes: ringChanges, promotionStrikes: everyStrike })
