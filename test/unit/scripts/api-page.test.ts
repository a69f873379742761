import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownExamples } from '../../../scripts/api-page/examples'
import { anchorOf, printedJson } from '../../../scripts/api-page/markdown'
import { apiPage, blocksOf, type Callable } from '../../../scripts/api-page/page'
import { problemsPage } from '../../../scripts/api-page/problems-page'
import { standIns } from '../../../scripts/api-page/stand-ins'
import { allowedBy } from '../../../scripts/api-page/words'
import { servedOperations } from '../../../scripts/openapi/description'
import { allContracts } from '../../../src/contracts/all'
import type { Operation } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import { problems } from '../../../src/core/problem'

const docs = join(__dirname, '../../../docs')
const [api, problemPage] = ['api.md', 'problems.md'].map(name => readFileSync(join(docs, name), 'utf8')) as [
  string,
  string,
]

/** Each route of a contract's description, like `GET /v1/endpoints`. */
function describedRoutes(contract: string): readonly string[] {
  const { paths } = JSON.parse(readFileSync(join(docs, `openapi/${contract}.json`), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method.toUpperCase()} ${path}`),
  )
}

function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ `?(.*?)`?$/gm)].map(([, heading = '']) => anchorOf(heading))
}

describe('docs/api.md', () => {
  it.each(allContracts.map(({ name }) => name))('has a section for each route of %s', name => {
    const routes = describedRoutes(name)
    expect(routes.length).toBeGreaterThan(0)
    expect(routes.filter(route => !api.includes(`# \`${route}\`\n`))).toEqual([])
  })

  it('asks each operation, and shows a reply to each request', () => {
    const asked = blocksOf(api).filter(({ isAsked }) => isAsked)
    const served = allContracts.flatMap(contract => servedOperations({ contract, basePath: '' }))
    expect(asked.length).toBeGreaterThanOrEqual(served.length)
    expect(api).not.toContain('Answers nothing yet')
  })

  it('leads to headings that there are, in itself and in docs/problems.md', () => {
    const within = [...api.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
    const problemAnchors = [...api.matchAll(/\]\(problems\.md#([^)]+)\)/g)].map(([, anchor]) => anchor)
    expect(within.filter(anchor => !anchorsOf(api).includes(anchor ?? ''))).toEqual([])
    expect(problemAnchors.filter(anchor => !anchorsOf(problemPage).includes(anchor ?? ''))).toEqual([])
    expect([within.length, problemAnchors.length].every(count => count > 20)).toBe(true)
    expect(new Set(anchorsOf(api)).size).toBe(anchorsOf(api).length)
  })

  it('shows no secret that could be a real one', () => {
    const secrets = api.match(/\b(?:whsec_|kt_|sk_|v1,)[\w+/]{30,}|\b[0-9a-f]{64}\b/g) ?? []
    expect(secrets.length).toBeGreaterThan(4)
    expect(secrets.filter(secret => !/EXAMPLE0{20}|^(?:whsec_)?0{40}/.test(secret))).toEqual([])
  })

  it('cannot be made without an example of each operation, and says which one has none', () => {
    const ping: Operation = { ...abandon, path: '/v1/pings' }
    expect(() => apiPage([own([...operations, ping])], [])).toThrow(
      'scripts/api-page/examples.ts has no example of keyturn.abandon-pings (POST /v1/pings)',
    )
    expect(() => apiPage([own(operations.filter(({ use }) => use !== 'publish'))], [])).toThrow(
      'scripts/api-page/examples.ts has an example of keyturn.publish, which is no operation',
    )
    expect(Object.keys(ownExamples).length).toBe(operations.length)
  })
})

const operations: readonly Operation[] = keyturn.operations
const abandon: Operation = {
  use: 'abandon',
  method: 'POST',
  path: '/',
  access: {},
  reply: { status: 200, body: { version: 'version' } },
}

function own(some: readonly Operation[]): Callable {
  return { contract: { ...keyturn, operations: some }, apiKey: null, session: null }
}

describe('docs/problems.md', () => {
  it('is as the tables of problems make it: run `npm run openapi` if not', () => {
    expect(problemPage).toBe(problemsPage())
  })

  it.each(Object.entries(problems))('says when %s comes and what to do', (code, [status, title]) => {
    const [, section = ''] = problemPage.split(`\n### \`${code}\`\n\n`)
    const [own = ''] = section.split('\n### ')
    expect(own).toMatch(new RegExp(`^${status} \\*${title}\\*\\. .*\\.\n\n\\*\\*What to do:\\*\\* .*\\.\n`))
    expect(own).toMatch(/\n\*\*Answered\*\* (?:by|in|where) .*\.\n/)
  })

  it('leads to sections of docs/api.md that there are', () => {
    const anchors = [...problemPage.matchAll(/\]\(api\.md#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '')
    expect(anchors.length).toBeGreaterThan(20)
    expect(anchors.filter(anchor => !anchorsOf(api).includes(anchor))).toEqual([])
  })
})

describe('what stands in for what is another at each run', () => {
  const since = new Date('2027-03-04T05:06:07.890Z')
  const shown = standIns(since)

  it('is the same for the same id, and another for another one', () => {
    const [one, other] = [`key_${'a1'.repeat(12)}`, `key_${'b2'.repeat(12)}`]
    const seen = shown({ keyId: one, keyIds: [other, one], detail: `the key ${other}` })
    const [first, second] = ['key_000000000000000000000001', 'key_000000000000000000000002']
    expect(seen).toEqual({ keyId: first, keyIds: [second, first], detail: `the key ${second}` })
  })

  it('is as far from noon as the time was from the first request, in steps of five minutes', () => {
    expect(
      shown({
        at: '2027-03-04T05:07:00.123Z',
        signsFrom: '2027-03-04T05:21:07.900Z',
        createdAt: '2027-03-04T05:05:09.000Z',
        seconds: '2027-03-04T06:06:08Z',
        micros: '2027-03-04T05:06:07.000000+00:00',
      }),
    ).toEqual({
      at: '2026-11-21T12:00:00.000Z',
      signsFrom: '2026-11-21T12:15:00.000Z',
      createdAt: '2026-11-21T12:00:00.000Z',
      seconds: '2026-11-21T13:00:00Z',
      micros: '2026-11-21T12:00:00.000000+00:00',
    })
  })

  it('ends like its secret where only the end of that is shown', () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const { signingSecret, hint } = shown({ signingSecret: secret, hint: secret.slice(-4) }) as Record<string, string>
    expect(signingSecret).toMatch(/^whsec_EXAMPLE0+10=$/)
    expect(signingSecret?.slice(-4)).toBe(hint)
    expect(Buffer.from(signingSecret?.slice(6) ?? '', 'base64').length).toBe(32)
  })

  it('leaves what is always the same', () => {
    const reply = { id: 'ep_local0000000000000000001', url: 'https://receiver.example/keyturn', version: 3, name: null }
    expect(shown(reply)).toEqual(reply)
  })
})

describe('what a field may be, in words', () => {
  it.each([
    [{ type: 'integer', minimum: 0, maximum: 9 }, 'whole number, 0–9'],
    [{ type: 'boolean' }, '`true`, `false`'],
    [{ type: 'string', enum: ['on', 'off'] }, '`on`, `off`'],
    [{ type: 'string', maxLength: 5, description: 'Not shown' }, 'text of at most 5 characters. Not shown'],
    [{ type: 'string', pattern: '^x$', description: 'an x' }, 'an x'],
    [{ anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] }, 'text of at most 5 characters, or `null`'],
  ])('is told of %j', (schema, words) => {
    expect(allowedBy('field', schema)).toBe(words)
  })

  it('is never a pattern that nobody put into words', () => {
    expect(() => allowedBy('cursor', { type: 'string', pattern: '^x$' })).toThrow(/the pattern of cursor has no/)
  })
})

describe('JSON on a page', () => {
  it('stands on one line where it is short, but for the whole', () => {
    const reply = { id: 'x', headers: {}, list: [1, { a: null }], long: ['y'.repeat(60), 'z'.repeat(60)] }
    const printed = printedJson(reply)
    expect(JSON.parse(printed)).toEqual(reply)
    expect(printed.split('\n').slice(0, 5)).toEqual([
      '{',
      '  "id": "x",',
      '  "headers": {},',
      '  "list": [1, { "a": null }],',
      '  "long": [',
    ])
  })
})
