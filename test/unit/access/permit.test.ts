import { expect, it } from '@jest/globals'
import { permit } from '../../../src/access/permit'
import { teambattles } from '../../../src/contracts/teambattles'

const principal = {
  kind: 'api-key',
  id: 'key_1',
  contract: 'teambattles',
  tenantIds: ['user:alice'],
  permissions: [],
} as const

function plansThatMay(minimumPlan: string): readonly string[] {
  return ['none', 'free', 'api_pro', 'api_enterprise', 'of-another-contract'].filter(plan => {
    try {
      permit(teambattles, { apiKey: { minimumPlan } }, { ...principal, plan: plan === 'none' ? null : plan })
      return true
    } catch {
      return false
    }
  })
}

it.each([
  ['free', ['free', 'api_pro', 'api_enterprise']],
  ['api_pro', ['api_pro', 'api_enterprise']],
  ['a-plan-that-the-contract-lacks', []],
])('an operation with the minimum plan %s is allowed with these plans alone: %j', (minimum, plans) => {
  expect(plansThatMay(minimum)).toEqual(plans)
})
