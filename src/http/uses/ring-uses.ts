import type { ApiSettings, Uses } from '../call'
import { createUse } from './create-use'
import type { RingDeps } from './ring-deps'
import { revealUse } from './reveal-use'
import { revokePreviousUse } from './revoke-previous-use'
import { rotateUse } from './rotate-use'

/** What the function `rotate` serves: everything that reveals a secret or changes a ring. */
export function ringUses(deps: RingDeps, settings: ApiSettings): Uses {
  return {
    create: createUse(deps, settings),
    rotate: rotateUse(deps, settings),
    'revoke-previous': revokePreviousUse(deps, settings),
    reveal: revealUse(deps, settings),
  }
}
