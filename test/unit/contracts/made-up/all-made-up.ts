import type { Contract } from '../../../../src/contracts/contract'
import { acmeworks } from './acmeworks'
import { brambleway } from './brambleway'
import { ferrypost } from './ferrypost'
import { handover } from './handover'
import { harborline } from './harborline'
import { lanternkey } from './lanternkey'
import { moorgate } from './moorgate'
import { northlight } from './northlight'
import { quarterdeck } from './quarterdeck'
import { slowgate } from './slowgate'
import { thornfield } from './thornfield'
import { tidewell } from './tidewell'
import { twokeys } from './twokeys'
import { untilnoon } from './untilnoon'
import { verbena } from './verbena'

const former: readonly Contract[] = [acmeworks, brambleway, ferrypost, quarterdeck, twokeys, untilnoon, verbena]

/** Contracts of vendors that do not exist. Between them and the real ones they use every dimension of `Contract`. */
export const allMadeUp: readonly Contract[] = [
  ...former,
  ...([handover, harborline, lanternkey, moorgate, northlight, slowgate, thornfield, tidewell] as const),
]
