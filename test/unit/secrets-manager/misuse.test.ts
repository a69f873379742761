import { afterEach, describe, expect, it } from '@jest/globals'
import { secretsManagerClient } from '../../../src/aws/clients'
import { mirroredSecrets } from '../../../src/secrets-manager'
import { type Harness, documentOf, NOON, secretText, startHarness } from './harness'

const NAME = "secretId must be the mirror's name or ARN, such as keyturn/prod/org_1/ep_1"
const client = secretsManagerClient({ region: 'eu-central-1' })

/** The error of `mirroredSecrets` with these options in place of what the types want. */
function refusal(options: unknown): string {
  try {
    Reflect.apply(mirroredSecrets, undefined, [options])
    return 'nothing'
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return `${error.name}: ${error.message}`
    throw error
  }
}

describe('mirroredSecrets', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, `${NAME}; undefined was given`],
    ['empty', '', `${NAME}; an empty text was given`],
    ['blank', ' \n', `${NAME}; a text was given`],
    ['null', null, `${NAME}; null was given`],
    ['a list', ['keyturn/prod/org_1/ep_1'], `${NAME}; a list was given`],
    ['a name with a line feed', 'keyturn/prod/org_1/ep_1\n', `${NAME}, without whitespace around it`],
    ['a secret', secretText(7), `${NAME}, and not the secret itself`],
    ['a document', documentOf({ n: 1 }), `${NAME}, and not the secret itself`],
  ])('refuses a secretId that is %s', (_, secretId, message) => {
    expect(refusal({ secretId, client })).toBe(`TypeError: ${message}`)
  })

  it('takes names that begin as secrets do', () => {
    expect(refusal({ secretId: 'whsec_stripe', client })).toBe('nothing')
    expect(refusal({ secretId: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-AbCdEf', client })).toBe(
      'nothing',
    )
  })

  it.each<[string, unknown]>([
    ['none', undefined],
    ['a region', 'eu-central-1'],
    ['a client of the SDK before', { getSecretValue: () => undefined }],
  ])('refuses a client that is %s', (_, given) => {
    expect(refusal({ secretId: 'a', client: given })).toMatch(
      /^TypeError: client must be a SecretsManagerClient of @aws-sdk\/client-secrets-manager; /,
    )
  })

  it.each<[object, string]>([
    [{ maxAgeSeconds: '300' }, 'TypeError: maxAgeSeconds must be a number from 0 up; a text was given'],
    [{ previousMaxAgeSeconds: null }, 'TypeError: previousMaxAgeSeconds must be a number from 0 up; null was given'],
    [{ maxAgeSeconds: Number.NaN }, 'RangeError: maxAgeSeconds must be a number from 0 up'],
    [{ timeoutMs: 1.5 }, 'RangeError: timeoutMs must be a whole number from 0 to 4294967295'],
    [{ now: NOON }, 'TypeError: now must be a function; a Date was given'],
    [{ onError: true }, 'TypeError: onError must be a function; a boolean was given'],
  ])('refuses %j', (options, message) => {
    expect(refusal({ secretId: 'a', client, ...options })).toBe(message)
  })

  it('refuses no options, and a name in their place', () => {
    const message = 'TypeError: options must be an object { secretId, client }'
    expect(refusal(undefined)).toBe(`${message}; undefined was given`)
    expect(refusal('keyturn/prod/org_1/ep_1')).toBe(`${message}; a text was given`)
  })
})

describe('a wrong secretId', () => {
  let harness: Harness | undefined
  afterEach(async () => harness?.close())

  it.each<[string, string | null, RegExp]>([
    ['that does not exist', null, /^the secret keyturn\/prod\/org_9\/ep_9 has no version with AWSCURRENT, or does not/],
    [
      'of something else',
      '{"password":"x"}',
      /^the secret keyturn\/test\/org_1\/ep_1 is JSON, but not a document with keys$/,
    ],
    [
      'of a mirror whose keys ended',
      documentOf({ n: 1, expiresAt: '2020-01-01T00:00:00Z' }),
      /^every key of the secret keyturn\/test\/org_1\/ep_1 has expired$/,
    ],
  ])('%s is named', async (_, text, message) => {
    harness = await startHarness()
    if (text !== null) await harness.create(text)
    const secrets = harness.open(text === null ? { secretId: 'keyturn/prod/org_9/ep_9' } : {})
    await expect(secrets.live()).rejects.toThrow(message)
  })

  it('that may be a secret is not', async () => {
    harness = await startHarness()
    const secretId = Buffer.alloc(32, 7).toString('base64')
    await expect(harness.open({ secretId }).live()).rejects.toThrow(/^the secret that secretId names has no version/)
  })

  it('does not hide a body that was parsed: nothing is read for it', async () => {
    harness = await startHarness()
    const parsed = JSON.parse('{"type":"invoice.paid"}') as never
    await expect(harness.open().verify(parsed, {})).rejects.toThrow('body must be the raw body, as bytes or text')
    await expect(harness.open().verify('', {}, { toleranceSeconds: Number.NaN })).rejects.toThrow(TypeError)
    expect(harness.reads()).toBe(0)
  })
})
