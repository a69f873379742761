import { describe, expect, it } from '@jest/globals'
import type { ApiKeyPrincipal, SessionPrincipal } from '../../../src/access/authenticate'
import { permit, permitMembers } from '../../../src/access/permit'
import type { PortalPrincipal } from '../../../src/access/portal-principal'
import { neededPermissions, type Operation } from '../../../src/contracts/contract'
import type { Use } from '../../../src/contracts/dimensions'
import { keyturn } from '../../../src/contracts/keyturn'
import { teambattles } from '../../../src/contracts/teambattles'
import { Problem } from '../../../src/core/problem'
import { samplePortalSession } from '../../support/suites/portal-session-store'

const noon = new Date('2026-11-21T12:00:00.000Z')
const operations: readonly Operation[] = keyturn.operations
const guarded = operations.flatMap(({ use, access }) =>
  access === undefined || access === 'anyone' ? [] : [{ use, access }],
)

function keyWith(...permissions: string[]): ApiKeyPrincipal {
  const tenants = { allTenants: false, tenantIds: ['org_1'] }
  const known = { id: 'key_1', sha256: 'a'.repeat(64), contract: 'keyturn', ...tenants }
  return { kind: 'api-key', ...known, permissions, plan: null, expiresAt: null }
}

function sessionOf(role: 'admin' | 'member'): SessionPrincipal {
  return { kind: 'session', id: 'ann', role, tenantIds: ['org_1'] }
}

/** A portal session with the scope write, by an API key with these permissions. */
function portalOf(...permissions: string[]): PortalPrincipal {
  const session = samplePortalSession('a')
  const apiKey = { permissions, plan: 'free' }
  return { kind: 'portal', id: 'ann', tenantIds: ['org_1'], scopes: ['write'], apiKey, deliveryBodies: false, session }
}

/** The uses of our own API that the principal is let through to. */
function allowed(principal: ApiKeyPrincipal | SessionPrincipal): ReadonlySet<Use> {
  return new Set(
    guarded.filter(({ access }) => !refuses(() => permit(keyturn, access, principal, noon))).map(({ use }) => use),
  )
}

function refuses(check: () => void): boolean {
  try {
    check()
    return false
  } catch (error) {
    if (error instanceof Problem && error.status === 403) return true
    throw error
  }
}

const reads: readonly Use[] = [
  'list',
  'get',
  'secret-state',
  'rotations',
  'audit',
  'tenant-audit',
  'attempts',
  'deliveries',
]

const sending: Use[] = ['test', 'probe', 'recover', 'send-again']
const ringSteps: Use[] = ['rotate', 'promote', 'abandon', 'roll-back', 'revoke-previous']

describe('an API key of the own API', () => {
  it.each<[string, string[], Use[]]>([
    ['endpoints:read', ['endpoints:read'], [...reads]],
    ['endpoints:write', ['endpoints:write'], ['update', ...sending]],
    ['endpoints:rotate', ['endpoints:rotate'], ringSteps],
    [
      'endpoints:write and endpoints:rotate',
      ['endpoints:write', 'endpoints:rotate'],
      ['update', ...sending, ...ringSteps, 'create', 'delete'],
    ],
    ['events:write', ['events:write'], ['publish']],
    ['portal:write', ['portal:write'], ['create-portal-session', 'end-portal-session', 'end-portal-sessions']],
    ['keys:write', ['keys:write'], ['create-api-key', 'list-api-keys', 'revoke-api-key', 'end-credentials']],
  ])('with %s may do what that says, and no more', (_, permissions, uses) => {
    expect(allowed(keyWith(...permissions))).toEqual(new Set([...uses, 'session']))
  })
})

describe('a dashboard session', () => {
  it('of an admin has endpoints:* and events:write, and no other permission', () => {
    const all = allowed(keyWith('endpoints:read', 'endpoints:write', 'endpoints:rotate', 'events:write'))
    expect(allowed(sessionOf('admin'))).toEqual(all)
    const forSessions = guarded.filter(({ access }) => access.session !== undefined)
    for (const { access } of forSessions) {
      const { apiKey } = access
      if (apiKey === undefined) throw new Error('an operation for sessions alone names no permission')
      const named = [...neededPermissions(apiKey), ...Object.values(apiKey.memberPermissions ?? {})]
      expect(named.filter(permission => !/^(?:endpoints:[a-z]+|events:write)$/.test(permission))).toEqual([])
    }
  })

  it('of a member only reads', () => {
    expect(allowed(sessionOf('member'))).toEqual(new Set([...reads, 'session']))
  })
})

describe('a member of the body that needs a permission of its own', () => {
  const access = { apiKey: { permission: 'a', memberPermissions: { guarded: 'b' } } }

  it('is refused with the permission that is lacking, whatever its value', () => {
    expect(() => permitMembers(access, keyWith('a'), { guarded: undefined })).toThrow(/lacks the permission b/)
    expect(() => permitMembers(access, keyWith('a'), JSON.parse('{"guarded": null}'))).toThrow(Problem)
  })

  it('is taken with it, and nothing is asked where it is absent', () => {
    permitMembers(access, keyWith('a', 'b'), { guarded: 1 })
    permitMembers(access, keyWith('a'), { other: 1 })
    permitMembers(access, keyWith('a'), Object.create({ guarded: 1 }))
    permitMembers({ session: { roles: ['admin'] }, ...access }, sessionOf('admin'), { guarded: 1 })
    expect.assertions(0)
  })
})

describe('a portal session', () => {
  const access = {
    apiKey: { permission: 'a', memberPermissions: { guarded: 'b' }, minimumPlan: 'free' },
    portal: { scopes: ['write'], members: ['guarded', 'other'] },
  } as const

  it('is refused what the API key that made it may not do, with the permission that is lacking', () => {
    expect(() => permit(teambattles, access, portalOf(), noon)).toThrow(
      'The API key of the portal session lacks the permission a.',
    )
    expect(() => permitMembers(access, portalOf('a'), { guarded: 1 })).toThrow(/lacks the permission b/)
    const better = { ...access, apiKey: { ...access.apiKey, minimumPlan: 'api_pro' } }
    expect(() => permit(teambattles, better, portalOf('a'), noon)).toThrow(/plan must be api_pro/)
  })

  it('is let through where both may', () => {
    permit(teambattles, access, portalOf('a'), noon)
    permitMembers(access, portalOf('a'), { other: 1 })
    permitMembers(access, portalOf('a', 'b'), { guarded: 1 })
    expect.assertions(0)
  })
})

function plansThatMay(minimumPlan: string): readonly string[] {
  return ['none', 'free', 'api_pro', 'api_enterprise', 'of-another-contract'].filter(plan => {
    try {
      permit(teambattles, { apiKey: { minimumPlan } }, { ...keyWith(), plan: plan === 'none' ? null : plan }, noon)
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
