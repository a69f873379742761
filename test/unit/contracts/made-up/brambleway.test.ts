import { describe, expect, it } from '@jest/globals'
import { bearer, harness, jsonBody } from '../../http/harness'
import { brambleway } from './brambleway'

const whole = "It's a Secret to Everybody, and \u{1f511}"

async function bed() {
  const { send, endpoint, apiKey, tables, lines } = harness([brambleway])
  const { endpoint: made } = await endpoint(brambleway, 'acme')
  const key = await apiKey(brambleway, 'acme')
  const path = `/hooks/${made.id}/config`
  const raw = (body: string) => send('PATCH', path, { ...bearer(key), body })
  return { lines, tables, raw, patch: (body: unknown) => send('PATCH', path, jsonBody(key, body)) }
}

describe('brambleway', () => {
  it('200 for the caller’s own secret in any form, which the reply does not hold', async () => {
    const { patch, tables, lines } = await bed()
    const reply = await patch({ secret: whole })
    expect([reply.status, reply.json]).toEqual([200, { url: 'https://receiver.example/hooks', secret: '********' }])
    const mirrored = [...tables.vault.secrets.values()].flatMap(({ documents }) => [...documents.values()])
    expect(mirrored.join()).toContain(whole)
    expect(JSON.stringify(lines)).not.toContain('Everybody')
  })

  it.each([{}, { url: 'https://other.example/' }])('200 changes settings for %j, and rotates nothing', async body => {
    const { patch, tables } = await bed()
    const url = 'url' in body ? body.url : 'https://receiver.example/hooks'
    expect(await patch(body)).toMatchObject({ status: 200, json: { url } })
    expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(1)
  })

  it('200 rotates where a byte order mark stands before the body, as where none does', async () => {
    const { raw, tables } = await bed()
    expect((await raw(`\u{feff}${JSON.stringify({ secret: whole })}`)).json).toMatchObject({ secret: '********' })
    expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(2)
  })

  it('400 for another setting beside the secret, of which a rotation would change nothing', async () => {
    const { patch } = await bed()
    const reply = await patch({ secret: whole, url: 'https://other.example/' })
    expect(reply).toMatchObject({ status: 400, json: { message: expect.stringMatching(/^url is not known/) } })
  })

  it.each([
    [{ secret: null }, 'must be a text'],
    [{ secret: { $present: true } }, 'must be a text'],
    [{ secret: 'fifteen bytes..' }, 'must be a text of 16 to 128 bytes of UTF-8'],
    [{ secret: 'é'.repeat(65) }, 'must be a text of 16 to 128 bytes of UTF-8'],
    [{ secret: ` ${whole}` }, 'without whitespace around it'],
    [{ secret: `${whole}\u0000` }, 'without control characters'],
    [{ secret: 16 }, 'must be a text'],
  ])('400 for %j, and nothing is rotated', async (body, said) => {
    const { patch, tables } = await bed()
    const reply = await patch(body)
    expect(reply.status).toBe(400)
    expect(reply.text).toContain(`secret ${said.startsWith('without') ? '' : said}`)
    expect(reply.text).toContain(said)
    expect(reply.text).not.toContain('Everybody')
    expect([...tables.endpoints.endpoints.values()][0]?.endpoint.ring.version).toBe(1)
  })
})
