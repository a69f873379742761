import { describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { isOfPlatform } from '../../../src/contracts/dimensions'
import { bearer, harness, type Reply, sessionToken, tenant } from '../http/harness'

// Everything that each contract answers, byte for byte: a change of the language, or of how it is read, must not change it.

/** Bytes of a counter: the same ids and secrets in each run. */
function countedBytes(): (size: number) => Buffer {
  let count = 0
  return size => {
    count += 1
    const blocks = Array.from({ length: Math.ceil(size / 32) }, (_, block) => hashOf(`${count}.${block}`))
    return Buffer.concat(blocks).subarray(0, size)
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

interface Asked {
  readonly method: string
  readonly path: string
  readonly token: string | null
  readonly more?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What somebody may send to a contract, in an order in which it answers with each of its shapes. */
async function transcriptOf(contract: Contract): Promise<string> {
  const { send, apiKey, endpoint, clock } = harness(allContracts, {}, countedBytes())
  const tenantId = tenantIds[contract.name] ?? tenant
  const { id } = (await endpoint(contract, tenantId)).endpoint
  const isOfSessions = contract.credentials.apiKey === undefined
  const session = (role: 'admin' | 'member'): string => sessionToken({ id: 'ann', role, tenantIds: [tenantId] })
  const good = isOfSessions ? session('admin') : await apiKey(contract, tenantId)
  const weak = isOfSessions ? session('member') : await apiKey(contract, tenantId, { permissions: [] })
  const strange = isOfSessions
    ? sessionToken({ id: 'eve', role: 'admin', tenantIds: ['other'] })
    : await apiKey(contract, strangers[contract.name] ?? 'other')
  const company = { 'x-company': tenant }
  const lines: string[] = []
  const note = async (title: string, { method, path, token, more, body }: Asked): Promise<void> => {
    const credential = token === null ? {} : bearer(token).headers
    const headers = { ...(contract.name === 'storno' ? company : {}), ...credential, ...more }
    const reply = await send(method, path, { method, headers, ...(body === undefined ? {} : { body }) })
    lines.push(`${title}: ${method} ${path}${body === undefined ? '' : ` ${body}`}`, written(reply), '')
  }
  for (const { use, method, path: template } of contract.operations) {
    const path = template.replace('{id}', id)
    const body = bodies[use]
    const token = isOfPlatform(use) ? await apiKey(contract, '', { tenantIds: 'all' }) : good
    const asked = { method, path, token, ...(body === undefined ? {} : { body }) }
    if (use !== 'delete') await note(use, asked)
    await note('without a credential', { ...asked, token: null })
    await note('a credential of nobody', { ...asked, token: 'nobody' })
    await note('a credential with fewer rights', { ...asked, token: weak })
    await note('another tenant’s', { ...asked, token: strange })
    await note('another method', { ...asked, method: 'PUT' })
    await note('an unknown id', { ...asked, path: template.replace('{id}', unknownIds[contract.name] ?? id) })
    await note('an id of no form', { ...asked, path: template.replace('{id}', '~') })
    if (method !== 'GET') {
      await note('no JSON', { ...asked, body: '{' })
      await note('an unknown member', { ...asked, body: '{"unknown":1}' })
    }
  }
  const rotation = contract.operations.find(({ use }) => use === 'rotate')
  const path = rotation?.path.replace('{id}', id) ?? ''
  for (let again = 0; again < 6; again += 1) {
    clock.now = new Date(clock.now.getTime() + 1000)
    await note('rotate again', { method: 'POST', path, token: good, more: { 'idempotency-key': `key-${again}` } })
  }
  await note('a repeat', { method: 'POST', path, token: good, more: { 'idempotency-key': 'key-1' } })
  await note('an unknown version', { method: 'POST', path, token: good, more: { 'featurebase-version': '1' } })
  await note('no route', { method: 'GET', path: '/nowhere', token: good })
  return lines.join('\n')
}

const tenantIds: Readonly<Record<string, string>> = { teambattles: 'game:g1', featurebase: 'acme' }
const strangers: Readonly<Record<string, string>> = {
  teambattles: 'game:g2',
  storno: '11111111-1111-4111-8111-111111111111',
}
const unknownIds: Readonly<Record<string, string>> = {
  keyturn: 'ep_000000000000000000000000',
  thesignup: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
  storno: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
  featurebase: 'aaaaaaaaaaaaaaaaaaaaaaaa',
  teambattles: 'wh_000000000000000000000000',
}
const bodies: Readonly<Record<string, string>> = {
  create: '{"contract":"keyturn","url":"https://receiver.example/new"}',
  update: '{"description":"changed"}',
  publish: '{"type":"order.created","payload":{"total":1}}',
  'create-api-key':
    '{"name":"CI","tenantIds":["acme"],"permissions":["endpoints:read"],"expiresAt":"2026-12-01T00:00:00Z"}',
}

/** Status, the headers that are not of this request alone, and the body as it is. */
function written({ status, headers, text }: Reply): string {
  const kept = [...headers].filter(([name]) => name !== 'x-request-id').map(([name, value]) => `${name}: ${value}`)
  return [String(status), ...kept, text].join('\n')
}

describe('what a contract answers', () => {
  it.each(allContracts.map(contract => [contract.name, contract] as const))(
    'is byte for byte what it was: %s',
    async (_name, contract) => {
      expect(await transcriptOf(contract)).toMatchSnapshot()
    },
  )
})
