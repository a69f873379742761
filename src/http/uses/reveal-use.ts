import type { RingDeps } from './ring-deps'
import { revealCurrent } from '../../rotation/reveal-current'
import { readBody } from '../body/read-body'
import type { ApiSettings, TenantUse } from '../call'
import { loadShownEndpoint } from '../load-endpoint'
import { revealOutcome } from '../reveal-values'

/** The current key, revealed, for contracts that show a new secret on a request of its own. The body is ignored. */
export function revealUse(deps: RingDeps, { contracts }: ApiSettings): TenantUse {
  return {
    credential: 'fresh',
    perform: async call => {
      const { endpoint, health } = await loadShownEndpoint(deps, contracts, call)
      readBody(call)
      return revealOutcome(await revealCurrent(deps, { endpoint, actor: call.actor }), health)
    },
  }
}
