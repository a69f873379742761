import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractFaults } from '../../../src/contracts/check-contract'
import type { Contract } from '../../../src/contracts/contract'
import { bearer, harness, jsonBody, type Reply, textAt } from '../http/harness'
import * as pieceBy from './fragments'
import { acmeworks } from './made-up/acmeworks'

describe('docs/add-a-contract.md', () => {
  it('shows the example that is compiled and driven here', () => {
    const page = readFileSync(join(__dirname, '../../../docs/add-a-contract.md'), 'utf8')
    const [example = ''] = /(?<=```ts\n).*?(?=```)/s.exec(page) ?? []
    const inItsPlace = example.replace("'keyturn/contracts'", "'../../../../src/contracts/contract'")
    expect(inItsPlace.replace("'keyturn/verify'", "'../../../../src/verify/schemes'")).toBe(
      readFileSync(join(__dirname, 'made-up/acmeworks.ts'), 'utf8'),
    )
  })
})

describe('the pieces of docs/add-a-contract.md', () => {
  const page = readFileSync(join(__dirname, '../../../docs/add-a-contract.md'), 'utf8')
  const fragments = readFileSync(join(__dirname, 'fragments.ts'), 'utf8')
  const [, ...blocks] = [...page.matchAll(/(?<=```ts\n).*?(?=\n```)/gs)].map(([piece]) => piece)
  // What imports the package is run from an empty folder, with the package.
  const pieces = blocks.filter(block => !block.includes("from 'keyturn/"))

  it('are compiled, letter by letter, and all shown', () => {
    expect(pieces.length).toBeGreaterThan(9)
    expect(pieces.filter(piece => !fragments.includes(piece))).toEqual([])
    const shown = [...pieces.join('\n').matchAll(/^export const (\w+)/gm)].map(([, name]) => name)
    const compiled = [...fragments.matchAll(/^export const (\w+)/gm)].map(([, name]) => name)
    expect(new Set(shown)).toEqual(new Set(compiled))
  })

  it('stand beside words for every member that a contract may have', () => {
    const sources = ['contract', 'client-rules'].map(name =>
      readFileSync(join(__dirname, `../../../src/contracts/${name}.ts`), 'utf8'),
    )
    const members = new Set([...sources.join('\n').matchAll(/^ +readonly (\w+)\??:/gm)].map(([, name = '']) => name))
    expect(members.size).toBeGreaterThan(60)
    expect([...members].filter(name => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
  })

  it('make contracts that can be mounted', () => {
    const { errors: _, ...plain } = acmeworks
    const whole = {
      ...plain,
      credentials: pieceBy.credentials,
      ids: { kind: 'numeric', digits: 8 },
      secret: pieceBy.secret,
      overlap: pieceBy.hoursInQuery,
      rotateBody: pieceBy.rotateBody,
      errors: pieceBy.errors,
      operations: [{ use: 'rotate', method: 'POST', path: '/a/{id}', access: { apiKey: {} }, reply: pieceBy.reply }],
    } as const satisfies Contract
    expect(contractFaults(whole)).toEqual([])
    const { generalPatch, ids, flag } = pieceBy
    const signings = [pieceBy.slackLike, pieceBy.byCommas, pieceBy.oldAndNew, pieceBy.inBody]
    for (const signing of signings) {
      expect(contractFaults({ ...acmeworks, ids, overlap: flag, signing, operations: generalPatch })).toEqual([])
    }
  })

  it('make a contract whose receivers choose the secret, by any value of it', () => {
    const { generalPatch, anySecret, endless, delivery } = pieceBy
    const ownSecret = { field: 'secret', minimumBytes: 16, maximumBytes: 64, required: true } as const
    const contract: Contract = {
      ...acmeworks,
      overlap: endless,
      delivery,
      rotateBody: { ownSecret },
      operations: [anySecret, generalPatch[1]],
    }
    expect(contractFaults(contract)).toEqual([])
  })

  it('rotate by one member of a PATCH and change settings by the others, without any other word', async () => {
    const general: Contract = { ...acmeworks, overlap: { kind: 'none' }, operations: pieceBy.generalPatch }
    const { rotateBody: _, ...contract } = general
    const { send, endpoint, apiKey } = harness([contract])
    const { id } = (await endpoint(contract, 'acme')).endpoint
    const key = await apiKey(contract, 'acme')
    const patch = (body: object): Promise<Reply> => send('PATCH', `/hooks/${id}`, jsonBody(key, body))
    expect(textAt(await patch({ rotate_secret: true }), 'secret')).toMatch(/^whsec_/)
    const url = 'https://other.example/'
    expect(await patch({ rotate_secret: false, url })).toMatchObject({ status: 200, json: { id, url } })
    expect(await patch({})).toMatchObject({ status: 200, json: { id, url } })
  })

  it('leave a body alone where nothing stands in it', async () => {
    const { rotateBody: _, ...bodiless } = acmeworks
    const contract: Contract = { ...bodiless, overlap: pieceBy.hoursInQuery }
    const { send, endpoint, apiKey } = harness([contract])
    const { id } = (await endpoint(contract, 'acme')).endpoint
    const init = { ...bearer(await apiKey(contract, 'acme')), body: 'not JSON' }
    expect((await send('POST', `/api/hooks/${id}/roll?grace_hours=1.5`, init)).status).toBe(200)
  })

  it('links to headings and files that there are', () => {
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w ]/g, '')
        .replaceAll(' ', '-'),
    )
    const linked = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor)
    expect(linked.filter(anchor => !headings.some(heading => heading === anchor))).toEqual([])
  })
})

describe('acmeworks', () => {
  it('200 gives the hook and its new secret; the old one lives for the hours that were asked for', async () => {
    const { send, endpoint, apiKey } = harness([acmeworks])
    const { id } = (await endpoint(acmeworks, 'acme')).endpoint
    const reply = await send('POST', `/api/hooks/${id}/roll`, jsonBody(await apiKey(acmeworks, 'acme'), { hours: 2 }))
    expect(reply.status).toBe(200)
    expect(reply.json).toEqual({
      ok: true,
      hook: { id, url: 'https://receiver.example/hooks', events: ['order.created'], updated: 1_795_262_400 },
      secret: textAt(reply, 'secret'),
      old_secret_ends: 1_795_262_400 + 2 * 60 * 60,
    })
    expect(textAt(reply, 'secret')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(id).toMatch(/^hook_[0-9a-z]{20}$/)
  })

  it.each([[73], [-1], [1.5], ['2'], [null]])('400 for %j hours', async hours => {
    const { send, endpoint, apiKey } = harness([acmeworks])
    const { id } = (await endpoint(acmeworks, 'acme')).endpoint
    const reply = await send('POST', `/api/hooks/${id}/roll`, jsonBody(await apiKey(acmeworks, 'acme'), { hours }))
    expect(reply).toMatchObject({ status: 400, json: { ok: false, error: 'invalid-request' } })
  })

  it('401, 403 and 404 in its own words', async () => {
    const { send, apiKey } = harness([acmeworks])
    const reader = await apiKey(acmeworks, 'acme', { permissions: ['hooks:read'] })
    const path = '/api/hooks/hook_x/roll'
    expect(await send('POST', path)).toMatchObject({ status: 401, json: { ok: false, error: 'not_authed' } })
    expect(await send('POST', path, bearer(reader))).toMatchObject({ status: 403, json: { error: 'missing_scope' } })
    const writer = bearer(await apiKey(acmeworks, 'acme'))
    expect(await send('POST', path, writer)).toMatchObject({ status: 404, json: { error: 'hook_not_found' } })
  })
})
