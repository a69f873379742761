import { expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { storno } from '../../../../src/contracts/storno'
import type { Secret } from '../../../../src/core/secret'
import { ringUses } from '../../../../src/http/uses/ring'
import { bearer, harness, requestsTo, tenant } from '../harness'

it('500 in the contract’s shape without a word of the fault; the log has its name and a scrubbed message', async () => {
  const { appWith, deps, settings, apiKey, lines, endpoint } = harness()
  const { id } = (await endpoint(storno, tenant)).endpoint
  const secret = `whsec_${randomBytes(32).toString('hex')}`
  const seal = (given: Secret): Promise<string> =>
    Promise.reject(new TypeError(`cannot seal ${secret} ${typeof given}`))
  const uses = ringUses({ ...deps, sealer: { ...deps.sealer, seal } }, settings)
  const init = bearer(await apiKey(storno, tenant), { 'X-Company': tenant })
  const send = requestsTo(appWith({ uses }))
  const reply = await send('POST', `/api/v1/webhooks/${id}/regenerate-secret`, init)
  expect(reply.status).toBe(500)
  expect(reply.json).toEqual({ code: 500, error: 'Something went wrong.' })
  const failed = lines.find(line => line.message === 'failed')
  expect(failed?.fields).toMatchObject({ contract: 'storno', status: 500, code: 'internal', error: 'TypeError' })
  expect(failed?.fields['errorMessage']).toBe('cannot seal […] object')
  expect(JSON.stringify(lines)).not.toContain(secret.slice(10, 30))
})
