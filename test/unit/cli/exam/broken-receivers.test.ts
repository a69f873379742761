import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examine, serve, stopServers } from './bed'
import { type Faults, handmade } from './broken'
import { documentOf, otherSecret, standardRing } from './keys'

const held = { keys: standardRing, other: otherSecret }
let folder: string
let otherSecrets: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyturn-exam-'))
  otherSecrets = join(folder, 'other')
  writeFileSync(otherSecrets, `${otherSecret}\n`)
})

afterEach(stopServers)
afterAll(() => rmSync(folder, { recursive: true }))

const everyRefusal = [
  'unsigned',
  'wrong-key',
  'changed-body',
  'reserialised-body',
  'other-scheme',
  'changed-signature',
  'cut-signature',
  'doubled-header-first',
  'doubled-header-last',
  'empty-key',
  'ended-key-1',
  'other-endpoint',
  'stale',
  'future',
]

async function examined(faults: Faults) {
  return examine(await serve(handmade(held, faults)), documentOf(standardRing), { otherSecrets })
}

describe('a receiver that is broken is found, since it', () => {
  it.each<[string, Faults, readonly string[]]>([
    ['verifies nothing', { believes: 'everything' }, everyRefusal],
    [
      'looks whether the headers are there, and no further',
      { believes: 'whatever has the headers' },
      everyRefusal.filter(id => id !== 'unsigned'),
    ],
    [
      'verifies a body that it parsed and wrote again',
      { body: 'parsed and written again' },
      ['body-as-written', 'reserialised-body'],
    ],
    ['ignores the timestamp', { timestamp: 'ignored' }, ['stale', 'future']],
    ['takes its 300 s for milliseconds', { timestamp: 'milliseconds taken for seconds' }, ['stale', 'future']],
    ['takes any time in the future', { timestamp: 'any in the future' }, ['future']],
    ['looks at the first of several signatures alone', { signatures: 'first' }, ['unknown-key-first']],
    ['looks at the last of several signatures alone', { signatures: 'last' }, ['unknown-key-last']],
    ['holds the newest key alone', { keys: 'the newest alone' }, ['live-key-2']],
    ['knows nothing of an end of a key', { keys: 'ended ones too' }, ['ended-key-1']],
    ['verifies with a secret that is not set', { keys: 'an empty one too' }, ['empty-key']],
    ["takes another endpoint's key", { keys: "another endpoint's too" }, ['other-endpoint']],
    ['compares the beginning alone', { comparison: 'first eight characters' }, ['changed-signature', 'cut-signature']],
    ['compares as far as the delivery goes', { comparison: 'as far as it goes' }, ['cut-signature']],
    ['takes any version of a signature', { versions: 'any' }, ['other-scheme']],
    ['takes the first of two values of a header', { doubled: 'first' }, ['doubled-header-first']],
    ['takes the last of two values of a header', { doubled: 'last' }, ['doubled-header-last']],
    ['answers 200 first and verifies later', { refusal: { status: 200 } }, everyRefusal],
    ['answers 500 to what it refuses', { refusal: { status: 500 } }, everyRefusal],
    ['answers 503 to what it refuses, and not when to send again', { refusal: { status: 503 } }, everyRefusal],
    ['leads what it refuses elsewhere', { refusal: { status: 302, headers: { location: '/login' } } }, everyRefusal],
    ['says that there is too much of what it refuses', { refusal: { status: 429 } }, everyRefusal],
    [
      'takes any key',
      { keys: 'any' },
      everyRefusal.filter(id => !['unsigned', 'other-scheme', 'stale', 'future'].includes(id)),
    ],
    ['refuses what it has already', { repeated: { status: 409 } }, ['repeated']],
  ])('%s', async (_, faults, rows) => {
    const { exitCode, wrong } = await examined(faults)
    expect({ exitCode, wrong }).toEqual({ exitCode: 1, wrong: rows })
  })

  it('refuses everything: then a refusal proves nothing, and is not looked for', async () => {
    const url = await serve(() => ({ status: 401 }))
    const { exitCode, rows, wrong } = await examine(url, documentOf(standardRing), { otherSecrets })
    expect(exitCode).toBe(1)
    expect(wrong).toEqual(rows.filter(({ must }) => must === 'accept').map(({ id }) => id))
    const refusals = rows.filter(({ must }) => must === 'refuse')
    expect(refusals).toEqual(refusals.map(row => ({ ...row, answer: null, verdict: 'n/a' })))
    expect(refusals[0]?.reason).toBe('the genuine delivery was not accepted, so a refusal proves nothing')
  })

  it('stops being itself on the way: what comes last is genuine again', async () => {
    let left = 10
    const good = handmade(held)
    const url = await serve(arrived => ((left -= 1) < 0 ? { status: 401 } : good(arrived)))
    const { wrong } = await examine(url, documentOf(standardRing))
    expect(wrong).toEqual(['repeated'])
  })
})

describe('the same receiver without a fault', () => {
  it.each<[string, Faults]>([
    ['answers 401', {}],
    ['answers 400', { refusal: { status: 400 } }],
    [
      'answers 503 and when to send again, since its newest key may be on its way',
      { refusal: { status: 503, headers: { 'retry-after': '1' } } },
    ],
  ])('passes where it %s', async (_, faults) => {
    expect(await examined(faults)).toMatchObject({
      exitCode: 0,
      wrong: [],
      untold: ['weaker-alone', 'other-tenant', 'other-url'],
    })
  })
})
