import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { textAt } from '../support/api-caller'
import { findCanaries } from '../support/canary/find-canaries'
import { outage } from './strikes'
import { rotationWithoutOverlap } from './subjects/ring-changes/changes'
import { describeStruckChanges } from './subjects/ring-changes/suite'

// A rotation and the sweep's promotion, struck at each of their calls. `npm run test:faults` has the others.

const struckChanges = describeStruckChanges({
  changes: [rotationWithoutOverlap],
  promotionStrikes: ['killed-after'],
})

async function newEndpoint(): Promise<{ readonly endpointId: string; readonly token: string }> {
  const { credentials, rotate } = struckChanges()
  const token = credentials[0].keyturn
  const body = { url: 'https://receiver.example/faults' }
  const created = await rotate.api.call('POST', '/v1/endpoints', { token, body })
  return { endpointId: textAt(created, 'endpoint.id'), token }
}

describe('a rotation while a service is out of reach', () => {
  const ownSecret = `whsec_${randomBytes(32).toString('base64')}`

  it.each([
    ['KMS', 'Encrypt', 500],
    ['the table', 'UpdateItem', 503],
  ])('fails without %s, and neither the reply nor the log shows the secret', async (_, operation, status) => {
    const { rotate } = struckChanges()
    const { endpointId, token } = await newEndpoint()
    const hits = (name: string): boolean => name.startsWith(operation)
    const watch = rotate.proxy.watch([endpointId], { fault: { hits, strike: outage, kill: rotate.kill } })
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
    const { repeats, rotate, struck } = struckChanges()
    const shown = [...repeats.values()].flatMap(({ text }) =>
      [...text.matchAll(/whsec_[^"]{20,}/g)].map(([secret]) => secret),
    )
    const kept = struck.flatMap(({ request: { keeps = [] } }) => keeps)
    const canaries = [ownSecret, ...shown, ...kept].map((text, at) => ({ name: `secret ${at}`, text }))
    expect(canaries.length).toBeGreaterThan(repeats.size)
    const printed = rotate.printed()
    expect(findCanaries([{ name: 'log', bytes: Buffer.from(printed) }], canaries)).toEqual([])
    expect(printed).toContain('"level":"error"')
    const control = Buffer.from(`${printed}${ownSecret}`)
    expect(findCanaries([{ name: 'log', bytes: control }], canaries)).not.toEqual([])
  })
})
