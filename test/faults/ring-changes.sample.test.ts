import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { textAt } from '../support/api-caller'
import { findCanaries } from '../support/canary/find-canaries'
import { faultSuite } from './wire/fault-suite'
import { noOverlap } from './wire/scenario'

// `npm run test:faults` has the other changes.

const stage = faultSuite([noOverlap])

async function ownEndpoint(): Promise<{ readonly endpointId: string; readonly token: string }> {
  const { credentials, rotate } = stage()
  const body = { url: 'https://receiver.example/faults' }
  const created = await rotate.api.call('POST', '/v1/endpoints', { token: credentials.keyturn, body })
  return { endpointId: textAt(created, 'endpoint.id'), token: credentials.keyturn }
}

const nothing = (): Promise<void> => Promise.resolve()

describe('a rotation while a service is out of reach', () => {
  const ownSecret = `whsec_${randomBytes(32).toString('base64')}`

  it.each([
    ['KMS', 'Encrypt', 500],
    ['the table', 'UpdateItem', 503],
  ])('fails without %s, and neither the reply nor the log shows the secret', async (_, operation, status) => {
    const { rotate } = stage()
    const { endpointId, token } = await ownEndpoint()
    const fault = { hits: (name: string) => name.startsWith(operation), when: 'before', strike: nothing } as const
    const watch = rotate.proxy.watch([endpointId], { fault })
    const path = `/v1/endpoints/${endpointId}/secret/rotate`
    const reply = await rotate.api.call('POST', path, { token, body: { secret: ownSecret } })
    rotate.proxy.forget()
    expect([watch.struck, reply.status]).toEqual([true, status])
    expect(reply.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
    expect(
      findCanaries([{ name: 'reply', bytes: Buffer.from(reply.text) }], [{ name: 'own', text: ownSecret }]),
    ).toEqual([])
  })

  it('left nothing in the log that could sign, and lines that say what failed', () => {
    const { repeats, rotate } = stage()
    const shown = [...repeats.values()].flatMap(({ text }) =>
      [...text.matchAll(/whsec_[^"]{20,}/g)].map(([secret]) => secret),
    )
    const canaries = [ownSecret, ...shown].map((text, at) => ({ name: `secret ${at}`, text }))
    expect(canaries.length).toBeGreaterThan(repeats.size)
    const printed = rotate.printed()
    expect(findCanaries([{ name: 'log', bytes: Buffer.from(printed) }], canaries)).toEqual([])
    expect(printed).toContain('"level":"error"')
    const control = Buffer.from(`${printed}${ownSecret}`)
    expect(findCanaries([{ name: 'log', bytes: control }], canaries)).not.toEqual([])
  })
})
