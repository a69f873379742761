import { readBody } from '../body/json'
import { outcome } from '../reply'
import type { ApiSettings, Uses } from '../request'

/** That the API answers, and in which version of Keyturn. */
export function healthUses({ release }: Pick<ApiSettings, 'release'>): Uses {
  return {
    health: async request => {
      readBody(request)
      return outcome({ status: 'ok', release })
    },
  }
}
