import { readBody } from '../body/read-body'
import type { ApiSettings, Call } from '../call'
import { outcome, type Outcome } from '../use-reply'

/** That the API answers, and in which version of Keyturn. */
export function healthUse({ release }: Pick<ApiSettings, 'release'>): (call: Call) => Promise<Outcome> {
  return async call => {
    readBody(call)
    return outcome({ status: 'ok', release })
  }
}
