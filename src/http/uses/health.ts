import { readBody } from '../body/json'
import { outcome, type Outcome } from '../reply'
import type { ApiSettings, Call } from '../request'

/** That the API answers, and in which version of Keyturn. */
export function healthUse({ release }: Pick<ApiSettings, 'release'>): (call: Call) => Promise<Outcome> {
  return async call => {
    readBody(call)
    return outcome({ status: 'ok', release })
  }
}
