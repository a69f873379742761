import * as fc from 'fast-check'
import type { Contract, CredentialPlace, Span, TextFormat } from '../../../src/contracts/contract'
import * as dimensions from '../../../src/contracts/dimensions'
import type { Json } from '../../../src/contracts/shape'
import type { Scheme, SignatureHeader } from '../../../src/verify/schemes'
import { utf8Text, whsecBase64 } from '../../../src/verify'

// Contracts at random, out of the language. Most can be mounted; the others must be refused where they are mounted.

const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 })

/** The object without the members that are undefined, of which a contract has none: it is JSON. */
function contractOf(members: Readonly<Record<string, unknown>>): Contract {
  // Every member comes from an arbitrary of its own type.
  return JSON.parse(JSON.stringify(members)) as Contract
}

const textFormat = (leastBytes: number, prefix: fc.Arbitrary<string>): fc.Arbitrary<TextFormat> =>
  fc
    .record({
      prefix,
      encoding: fc.constantFrom(...dimensions.encodings),
      bytes: fc.integer({ min: leastBytes, max: 64 }),
    })
    .map(format => (format.encoding === 'uuid' ? { ...format, bytes: 16 } : format))

const place: fc.Arbitrary<CredentialPlace> = fc.oneof(
  fc.constant({ kind: 'bearer' as const }),
  fc.record({
    kind: fc.constant('header' as const),
    name: fc.constantFrom('X-Key', 'X-Api-Token'),
    prefix: fc.constantFrom('', 'Token ', 'k='),
  }),
  fc.constantFrom(
    { kind: 'basic' as const },
    { kind: 'basic' as const, token: 'password' as const },
    { kind: 'basic' as const, user: 'api' },
  ),
  fc.record({ kind: fc.constant('query' as const), name: fc.constantFrom('key', 'api_key') }),
)

const credentials = fc.record({
  in: optional(
    fc.oneof(place, fc.uniqueArray(place, { minLength: 1, maxLength: 3, selector: each => JSON.stringify(each) })),
  ),
  apiKey: textFormat(45, fc.constantFrom('', 'k_', 'live-')).map(format =>
    format.encoding === 'uuid' ? { ...format, encoding: 'hex' as const, bytes: 32 } : format,
  ),
})

const tenant: fc.Arbitrary<Contract['tenant']> = fc.oneof(
  fc.constant({ from: 'credential' as const }),
  fc.constant({ from: 'credential' as const, header: 'X-Org', ownerKinds: ['team', 'user'] }),
  fc.constant({ from: 'header' as const, header: 'X-Org', format: 'uuid' as const }),
  fc.constant({ from: 'path' as const, parameter: 'org' }),
)

const ids: fc.Arbitrary<Contract['ids']> = fc.oneof(
  fc.constantFrom({ kind: 'uuid' as const }, { kind: 'object-id' as const }, { kind: 'fixed' as const, id: 'only' }),
  fc.record({ kind: fc.constant('numeric' as const), digits: fc.integer({ min: 1, max: 19 }) }),
  fc.record({
    kind: fc.constant('prefixed' as const),
    prefix: fc.constantFrom('wh_', 'hook-'),
    characters: fc.integer({ min: 8, max: 40 }),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    make: textFormat(12, fc.constantFrom('', 'Hook-', 'a.b:')),
    maximum: fc.integer({ min: 40, max: 128 }),
  }),
)

const separator = fc.constantFrom('.', ':', '|', '\n', ' / ', '', '-', '7')
const part = fc.constantFrom('{id}', '{timestamp}', '{tenant}', '{url}', 'v0', 'POST')

const content = fc
  .record({
    parts: fc.uniqueArray(part, { maxLength: 3 }),
    separators: fc.array(separator, { minLength: 4, maxLength: 4 }),
    at: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ parts, separators, at }) => {
    const all = [...parts.slice(0, at), '{body}', ...parts.slice(at)]
    return all.map((each, index) => (index === 0 ? each : separators[index] + each)).join('')
  })

const signature = (header: string): fc.Arbitrary<SignatureHeader> =>
  fc
    .record({
      header: fc.constant([header]),
      content,
      encoding: fc.constantFrom('hex' as const, 'upper-hex' as const, 'base64' as const),
      form: fc.constantFrom('single' as const, 'single' as const, 'list' as const, 'timestamped' as const),
      prefix: fc.constantFrom('', 'v1=', 'sha256='),
      apart: fc.constantFrom<Pick<SignatureHeader, 'separator' | 'olderPrefix'>>(
        {},
        { separator: ',' },
        { separator: '; ' },
        { olderPrefix: 'old=' },
      ),
    })
    .map(({ apart, ...header }) => ({ ...header, ...(header.form === 'single' ? {} : apart) }))

const signing: fc.Arbitrary<Scheme> = fc
  .record({
    named: fc.record({ id: fc.boolean(), timestamp: fc.boolean(), tenant: fc.boolean(), inBody: fc.boolean() }),
    time: fc.constantFrom<Pick<Scheme, 'milliseconds' | 'isoTime'>>(
      {},
      { milliseconds: true },
      { isoTime: 'second' },
      { isoTime: 'millisecond' },
    ),
    signature: signature('x-signature'),
    weaker: optional(signature('x-signature-v1')),
    previous: optional(signature('x-signature-old')),
    keyBytes: fc.constantFrom(utf8Text, whsecBase64),
  })
  .map(({ named, time, weaker, previous, keyBytes, signature: own }) => {
    const used = own.content + (weaker?.content ?? '') + (previous?.content ?? '')
    const has = (name: 'id' | 'timestamp' | 'tenant'): boolean => named[name] || used.includes(`{${name}}`)
    const isTimed = own.form === 'timestamped'
    const header = (name: 'id' | 'timestamp' | 'tenant'): readonly string[] => (has(name) ? [`x-${name}`] : [])
    const shared = { tenant: header('tenant'), keyBytes, ...time }
    if (named.inBody) {
      const inBody = {
        signature: 'proof.sig',
        ...(has('id') && { id: 'proof.id' }),
        ...(has('timestamp') && { timestamp: 'at' }),
      }
      return {
        ...shared,
        id: [],
        timestamp: [],
        signature: { ...own, header: [], form: 'single' as const },
        weaker: undefined,
        inBody,
      }
    }
    return {
      ...shared,
      id: header('id'),
      timestamp: isTimed ? [] : header('timestamp'),
      signature: own,
      weaker: weaker && { ...weaker, form: own.form },
      ...(previous && own.form === 'single' && { previous: { ...previous, form: 'single' as const } }),
    }
  })

const field = fc.constantFrom('grace', 'options.grace', '?grace', '{grace}', 'X-Grace:')
const words = fc.constantFrom<Readonly<Record<string, Span>>>(
  { true: 3600, false: 0 },
  { now: 0, '24': 86_400, ever: 'endless' },
  { short: 60 },
)

const overlap = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('fixed' as const), seconds: fc.constantFrom<Span>(60, 86_400, 'endless') }),
  fc
    .record({
      field,
      unit: fc.constantFrom(...dimensions.overlapUnits),
      words,
      defaultSeconds: fc.constantFrom<Span>(0, 60, 3600, 86_400, 'endless'),
      clamped: optional(fc.constant(true as const)),
      minimumSeconds: optional(fc.constantFrom(0, 60, 3600)),
      maximumSeconds: fc.constantFrom(86_400, 604_800),
      required: optional(fc.constant(true as const)),
      rounded: optional(
        fc.record({
          toSeconds: fc.constantFrom(60, 3600),
          direction: fc.constantFrom(...dimensions.roundingDirections),
        }),
      ),
    })
    .map(({ words: all, rounded, clamped, defaultSeconds, ...chosen }) => {
      if (chosen.unit !== 'words')
        return {
          kind: 'chosen' as const,
          ...chosen,
          defaultSeconds,
          ...(rounded && { rounded }),
          ...(clamped && { clamped }),
        }
      return { kind: 'chosen' as const, ...chosen, words: all, defaultSeconds: Object.values(all)[0] ?? 0 }
    }),
)

const secondRotation = fc.constantFrom<NonNullable<Contract['secondRotation']>>(
  { kind: 'keep', maximumLiveKeys: 3 },
  { kind: 'keep', maximumLiveKeys: 3, immediateEnds: 'current' },
  { kind: 'reject' },
  { kind: 'replace' },
)

const constants = optional(
  fc.dictionary(
    fc.constantFrom('action', 'target.kind', '?confirm', 'X-Intent:'),
    fc.constantFrom<Json>('rotate', true, 3, 'a b&c'),
    { maxKeys: 3 },
  ),
)

const secretShape = fc.constantFrom(
  'signingSecret',
  { $present: 'signingSecret' },
  { $text: 'the secret is {signingSecret}!' },
  { $each: 'secrets', shape: { text: 'signingSecret', now: 'isCurrent' } },
  { $each: 'secrets', shape: { text: 'signingSecret', made: 'createdAt' }, order: 'oldest-first' },
  { $each: 'secrets', shape: 'signingSecret' },
  { $list: [{ secret: 'signingSecret' }] },
)
const otherShape = fc.constantFrom(
  'id',
  'url',
  'eventTypes',
  'previousExpiresAt',
  { $number: 'version' },
  { $constant: 'a text' },
  { $time: 'updatedAt', format: 'unix-seconds' },
  { $words: 'status', words: { active: 1, paused: 0 } },
  { $text: '{id} of {tenantId} at {requestTime}' },
  { $first: 4, of: 'name' },
  { $list: ['id', 7, true, null, { id: 'id' }] },
  { $present: 'previousSecret' },
  true,
  null,
)

const body = fc
  .record({
    secret: secretShape,
    others: fc.array(otherShape, { maxLength: 4 }),
    nested: fc.boolean(),
    alone: fc.boolean(),
  })
  .map(({ secret, others, nested, alone }): unknown => {
    if (alone) return secret
    const members = Object.fromEntries(others.map((shape, index) => [`m${index}`, shape]))
    return nested ? { data: { ...members, key: { secret } } } : { ...members, secret }
  })

/** Any contract that the language can say, whether it can be mounted or not. */
export const anyContract: fc.Arbitrary<Contract> = fc
  .record({
    credentials,
    tenant,
    ids,
    secret: fc
      .tuple(textFormat(16, fc.constantFrom('', 'whsec_', 's.')), optional(fc.constantFrom(...dimensions.secretKeys)))
      .map(([format, key]) => ({ ...format, key })),
    signing,
    overlap,
    secondRotation,
    idempotencyKey: optional(
      fc.oneof(
        fc.constantFrom(...dimensions.idempotencyKeyRules),
        fc.record({
          rule: fc.constantFrom(...dimensions.idempotencyKeyRules),
          in: fc.constantFrom('token', 'options.token', '?token', 'X-Request-Key:'),
        }),
      ),
    ),
    rotateBody: optional(
      fc.record({
        unknownFields: optional(fc.constantFrom(...dimensions.unknownFieldRules)),
        required: optional(fc.constant(true as const)),
        constants,
        reason: optional(fc.constant({ field: 'options.why', maximumCharacters: 40, required: true as const })),
      }),
    ),
    times: fc.constantFrom(...dimensions.timeFormats),
    headers: optional(
      fc.constant({ 'X-Request': 'requestId', 'X-At': { $time: 'requestTime', format: 'iso-seconds' } }),
    ),
    method: fc.constantFrom('POST' as const, 'PUT' as const, 'PATCH' as const),
    hasUsualKey: fc.boolean(),
    slash: fc.constantFrom('', '/'),
    body,
  })
  .map(({ hasUsualKey, ...contract }) => {
    // Half of the schemes read the secrets as they are; of the others most are refused.
    const { prefix, encoding } = contract.secret
    const isDecoded = encoding === 'hex' || encoding === 'base64' || encoding === 'base64url'
    if (!hasUsualKey || !isDecoded) return contract
    return { ...contract, signing: { ...contract.signing, keyBytes: { encoding, prefix } } }
  })
  .map(({ method, slash, body: shape, ...contract }) => {
    const chosen = contract.overlap.kind === 'chosen' && contract.overlap.field.startsWith('{') ? '/{grace}' : ''
    const path =
      (contract.tenant.from === 'path' ? '/orgs/{org}' : '') +
      (contract.ids.kind === 'fixed' ? '/hook' : '/hooks/{id}') +
      `/rotate${chosen}${slash}`
    // The shapes come from lists of sound ones.
    const reply = { status: 200, body: shape as 'id' } as const
    return contractOf({
      name: 'any',
      ...contract,
      operations: [{ use: 'rotate' as const, method, path, access: { apiKey: {} }, reply }],
      errors: { body: { error: 'code', detail: 'detail' } },
    })
  })
