import { describe, expect, it } from '@jest/globals'
import { contractFaults } from '../../../src/contracts/check-contract'
import type { Contract, ErrorDialect } from '../../../src/contracts/contract'
import { underOwnNames } from '../../../src/contracts/shape'
import { bearer, harness, type Reply } from '../http/harness'
import { acmeworks } from './made-up/acmeworks'

// Where a dialect has words for any other error, no reply shows a word of Keyturn's that the dialect did not ask for.

const shown = underOwnNames('type', 'title', 'detail', 'code', 'messages', 'errors')
const other = { code: 'x', title: 'X', detail: 'X.' }

const withErrors = (errors: ErrorDialect): Contract => ({ ...acmeworks, errors })

interface Refused {
  readonly json: unknown
  readonly status: number
}

/** What the contract answers to an unknown id, and to a rotation of which two members are wrong. */
async function refusals(errors: ErrorDialect): Promise<readonly [notFound: Refused, invalid: Refused]> {
  const contract = withErrors(errors)
  const { send, apiKey, endpoint } = harness([contract])
  const key = await apiKey(contract, 'org_1')
  const { id } = (await endpoint(contract, 'org_1')).endpoint
  const roll = (each: string, body: object): Promise<Reply> =>
    send('POST', `/api/hooks/${each}/roll`, { ...bearer(key), body: JSON.stringify(body) })
  return [await roll('hook_0', {}), await roll(id, { hours: 99, colour: 'red' })]
}

describe('a field that is null', () => {
  it.each([
    ['Webhook {id} not found', 'Webhook not found'],
    ['{id} is not there', 'is not there'],
    ['Not found: {id}', 'Not found:'],
    ['No {id}.', 'No.'],
    ['No {id} {retryAfterSeconds} {method}', 'No GET'],
    ['({id}) {nothing}', '() {nothing}'],
  ])('leaves no space behind where a detail is %j', async (detail, said) => {
    const { send } = harness([withErrors({ body: 'detail', byStatus: { 404: { detail } } })])
    expect((await send('GET', '/api/nothing')).json).toBe(said)
  })
})

describe('an entry for any other error', () => {
  it('says what the entry of a status leaves out, and no type where neither has one', async () => {
    const [notFound] = await refusals({ body: shown, byStatus: { 404: { code: 'nope' } }, other })
    expect(notFound).toMatchObject({
      status: 404,
      json: { type: null, title: 'X', detail: 'X.', code: 'nope', messages: ['X.'], errors: [] },
    })
  })

  it('lends its words alone: neither its status nor its body', async () => {
    const errors = { body: shown, byStatus: { 404: { code: 'nope' } }, other: { ...other, status: 418, body: 'code' } }
    const [notFound, invalid] = await refusals({ ...errors, other: { ...errors.other, body: 'code' } })
    expect(notFound).toMatchObject({ status: 404, json: { code: 'nope', title: 'X' } })
    expect(invalid).toMatchObject({ status: 418, json: 'x' })
  })

  it('says its detail for each field at fault too, in which {detail} is what is wrong with that field', async () => {
    const [, plain] = await refusals({ body: shown, other: { ...other, detail: 'See the manual on {param}.' } })
    expect(plain.json).toMatchObject({
      detail: 'See the manual on hours.',
      messages: ['See the manual on hours.', 'See the manual on colour.'],
      errors: [
        { path: 'hours', message: 'See the manual on hours.' },
        { path: 'colour', message: 'See the manual on colour.' },
      ],
    })
    const asked = { ...other, detail: 'Bad: {detail}', type: 'https://acme.example/{code}' }
    const [notFound, invalid] = await refusals({ body: shown, byStatus: { 400: { code: 'bad' } }, other: asked })
    expect(notFound.json).toMatchObject({
      detail: 'Bad: There is no such endpoint.',
      type: 'https://acme.example/{code}',
    })
    expect(invalid.json).toMatchObject({
      code: 'bad',
      messages: [
        'Bad: hours must be a whole number from 0 to 72',
        expect.stringMatching(/^Bad: colour is not known; known are: hours/),
      ],
      errors: [{ path: 'hours', message: 'Bad: must be a whole number from 0 to 72' }, { path: 'colour' }],
    })
  })

  it.each<[string, ErrorDialect, readonly string[]]>([
    [
      'the body',
      { body: { a: 'title', b: 'detail', c: 'code', d: 'type' }, other: { status: 418 } },
      [
        'errors.other.title must be given, since errors.body shows it',
        'errors.other.detail must be given, since errors.body shows it',
        'errors.other.code must be given, since errors.body shows it',
      ],
    ],
    [
      'a list of what is wrong with fields',
      { body: { a: 'messages' }, other: { code: null } },
      ['errors.other.detail must be given, since errors.body shows messages'],
    ],
    [
      'the body of an entry',
      { body: { a: 'status' }, byStatus: { 404: { body: { why: 'detail' } } }, other: { code: 'x' } },
      ['errors.byStatus.404.detail must be given, here or by errors.other, since its body shows it'],
    ],
    ['nothing', { body: { a: 'status' }, byStatus: { 404: { body: 'code', code: 7 } }, other: { status: 418 } }, []],
  ])('must have the words that %s shows', (_, errors, faults) => {
    expect(contractFaults(withErrors(errors))).toEqual(faults)
  })
})
