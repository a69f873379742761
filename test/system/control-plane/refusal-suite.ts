import { describe, expect, it } from '@jest/globals'
import { settledMirror } from './endpoint-state'
import { refusals } from './refusals'
import { rotateRoutes } from '../rotate-routes'
import type { ControlPlaneBed } from './bed'

const problemContracts = ['thesignup', 'keyturn']

/** Rotations that are refused, each in its contract's words, and that change nothing. */
export function refusalSuite(bed: () => ControlPlaneBed): void {
  describe.each(refusals)('$of.contract refuses $why', ({ of: route, status, body, options, path }) => {
    it(`${status}, and nothing has changed`, async () => {
      const { local, api } = bed()
      const before = await settledMirror(bed(), local.contracts[route.contract])
      const where = path?.(route.path(local), local) ?? route.path(local)
      const reply = await api.call('POST', where, (options ?? route.credentials)(local))
      expect([reply.status, reply.json]).toEqual([status, body])
      const type = problemContracts.includes(route.contract) ? 'application/problem+json' : 'application/json'
      expect(Object.fromEntries(reply.headers)).toMatchObject({
        'content-type': expect.stringContaining(type),
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/./),
      })
      expect(reply.text).not.toContain(reply.headers.get('x-request-id'))
      expect(await settledMirror(bed(), local.contracts[route.contract])).toEqual(before)
    })
  })

  describe.each(rotateRoutes)('the route of $contract', route => {
    it('405 for another method, with the one it has', async () => {
      const { local, api } = bed()
      const reply = await api.call('PUT', route.path(local), route.credentials(local))
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST'])
    })

    it('413 for a body over 64 KiB, whatever is in it', async () => {
      const { local, api } = bed()
      const body = `{"reason":"${'a'.repeat(64 * 1024)}"}`
      const reply = await api.call('POST', route.path(local), { ...route.credentials(local), body })
      expect(reply.status).toBe(413)
    })
  })
}
