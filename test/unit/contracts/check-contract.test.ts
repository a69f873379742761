import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { allContracts, hookContracts } from '../../../src/contracts/all'
import { checkContract, contractFaults } from '../../../src/contracts/check-contract'
import type { Access, Contract, CredentialPlace, ErrorDialect, Operation, Span } from '../../../src/contracts/contract'
import { standardDelivery } from '../../../src/contracts/defaults'
import { keyturn } from '../../../src/contracts/keyturn'
import type { ChosenOverlap } from '../../../src/contracts/overlap'
import type { RevealField } from '../../../src/contracts/reply-fields'
import { schemeOf } from '../../../src/contracts/secret-key'
import { newText } from '../../../src/contracts/secret-text'
import type { Json, Shape } from '../../../src/contracts/shape'
import { tumban } from '../../../src/contracts/tumban'
import { keyBytes, type Scheme, sign, type SignatureHeader, standardWebhooks, verify } from '../../../src/verify'
import { allMadeUp } from './made-up/all-made-up'
import { quarterdeck } from './made-up/quarterdeck'

const rotate: Operation = {
  use: 'rotate',
  method: 'POST',
  path: '/hooks/{id}/rotate',
  access: { apiKey: {} },
  reply: { status: 200, body: 'signingSecret' },
}
const { reveal, ...rotateBody } = keyturn.rotateBody
const sound: Contract = { ...keyturn, name: 'sound', rotateBody, operations: [rotate] }

const reading: Operation = {
  use: 'get',
  method: 'GET',
  path: '/hooks/{id}',
  access: { apiKey: {} },
  reply: { status: 200, body: 'id' },
}

function withoutMembers(...names: readonly (keyof Contract)[]): Contract {
  // What a file without a compiler may leave out.
  return Object.fromEntries(
    Object.entries(sound).filter(([name]) => !names.some(each => each === name)),
  ) as unknown as Contract
}

const { access: _, ...closed } = rotate
const withoutAccess: Contract = { ...sound, operations: [closed] }
const withTimes = (shape: Shape<RevealField>): Contract => ({
  ...withoutMembers('times'),
  operations: [{ ...rotate, use: 'rotate', reply: { status: 200, body: { a: 'signingSecret', b: shape } } }],
})
const withPlaces = (...places: CredentialPlace[]): Contract => ({
  ...sound,
  credentials: { ...sound.credentials, in: places },
})
const withErrors = (change: Partial<ErrorDialect>): Contract => ({ ...sound, errors: { ...keyturn.errors, ...change } })
const withOverlap = (change: Partial<ChosenOverlap>): Contract => ({
  ...sound,
  overlap: { ...keyturn.overlap, ...change },
})
const withWords = (words: Record<string, Span>, defaultSeconds: Span): Contract =>
  withOverlap({ unit: 'words', words, defaultSeconds })
const withSignature = (change: Partial<SignatureHeader>): Contract => ({
  ...sound,
  signing: { ...standardWebhooks, signature: { ...standardWebhooks.signature, ...change } },
})
const withScheme = (change: Partial<Scheme>): Contract => ({ ...sound, signing: { ...standardWebhooks, ...change } })
const inBody: Scheme = {
  ...standardWebhooks,
  inBody: { signature: 's', id: 'i', timestamp: 't' },
  id: [],
  timestamp: [],
  signature: { ...standardWebhooks.signature, header: [], form: 'single' },
}
const withContent = (content: string): Contract => withSignature({ content })

const withKeys = (access: Access, path = '/keys'): Contract => ({
  ...sound,
  operations: [
    rotate,
    { use: 'create-api-key', method: 'POST', path, access, reply: { status: 201, body: { key: 'apiKey' } } },
  ],
})
const withRotate = (change: Partial<Operation>): Contract => ({
  ...sound,
  operations: [{ ...rotate, ...change } as Operation],
})

/** A general PATCH of which the requests that say `when` rotate. */
function patching(when: Record<string, Json>, change: Partial<Contract>): Contract {
  const route = { method: 'PATCH', path: '/hooks/{id}' } as const
  return {
    ...sound,
    ...change,
    name: 'sound',
    operations: [
      { ...rotate, ...route, when: Object.keys(when).length === 0 ? { rotate: true } : when },
      { ...route, use: 'update', access: { apiKey: {} }, reply: { status: 200, body: 'id' } },
    ],
  }
}

describe('a contract', () => {
  it.each<[string, Contract]>(
    [...allContracts, ...hookContracts, ...allMadeUp, sound].map(contract => [contract.name, contract]),
  )('%s is sound', (_, contract) => {
    expect(() => checkContract(contract, hookContracts.includes(contract) ? 'called' : 'served')).not.toThrow()
  })

  it.each(hookContracts)('$name is for the rotation hook alone, and needs no server’s members', contract => {
    expect(() => checkContract(contract)).toThrow(`contract ${contract.name}: credentials must accept API keys`)
  })

  it.each<[string, Contract]>([
    ['name', { ...sound, name: 'Sound' }],
    ['operations', { ...sound, operations: [] }],
    ['credentials', { ...sound, credentials: { ...sound.credentials, sessions: false, apiKey: undefined } as never }],
    [
      'credentials.portalScopes.rotate is no permission',
      {
        ...sound,
        credentials: {
          ...sound.credentials,
          portalScopes: {
            read: 'endpoints:read',
            rotate: 'endpoints:rotates',
            write: 'endpoints:write',
            test: 'endpoints:write',
          },
        },
      },
    ],
    ['credentials.in.name', { ...sound, credentials: { ...sound.credentials, in: { kind: 'header', name: 'X Key' } } }],
    [
      'credentials.apiKey must have 256 bits',
      { ...sound, credentials: { ...sound.credentials, apiKey: { prefix: 'k', encoding: 'hex', bytes: 31 } } },
    ],
    [
      'credentials.apiKey.prefix must tell',
      { ...sound, credentials: { ...sound.credentials, apiKey: { prefix: '', encoding: 'hex', bytes: 32 } } },
    ],
    ['secret must have 120 bits', { ...sound, secret: { prefix: '', encoding: 'hex', bytes: 14 }, rotateBody: null }],
    ['secret.bytes', { ...sound, secret: { prefix: '', encoding: 'uuid', bytes: 32 } }],
    ['secret.mask', { ...sound, secret: { ...sound.secret, mask: { first: 10, filler: '*', count: 1, last: 5 } } }],
    ['ids', { ...sound, ids: { kind: 'numeric', digits: 20 } }],
    ['ids', { ...sound, ids: { kind: 'fixed', id: 'a#b' } }],
    ['ids.prefix', { ...sound, ids: { kind: 'prefixed', prefix: '', characters: 20 } }],
    ['tenant.ownerKinds', { ...sound, tenant: { from: 'credential', ownerKinds: ['a/b'] } }],
    [
      'tenant.ownerKinds must not hold the character that ends the tenant in what is signed',
      { ...sound, signing: tumban.signing, tenant: { from: 'credential', ownerKinds: ['a.b'] } },
    ],
    ['secondRotation.maximumLiveKeys', { ...sound, secondRotation: { kind: 'keep', maximumLiveKeys: 1 } }],
    ['cooldownSeconds', { ...sound, cooldownSeconds: -1 }],
    ['tile needs one endpoint a tenant', { ...sound, tile: tumban.tile }],
    ['vendorReplays', { ...sound, idempotencyKey: 'off' }],
    ['vendorReplays needs an idempotencyKey', { ...sound, idempotencyKey: { rule: 'off', in: 'X-Key:' } }],
    ['overlap.seconds', { ...sound, overlap: { kind: 'fixed', seconds: 0 } }],
    ['overlap.defaultSeconds', { ...sound, overlap: { ...keyturn.overlap, maximumSeconds: 60 } }],
    ['overlap.words', { ...sound, overlap: { ...keyturn.overlap, unit: 'words' } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, words: {} } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, words: { ever: 86_401 } } }],
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, unit: 'seconds' } }],
    // The server would refuse what its own contract says.
    ['overlap.words', { ...quarterdeck, overlap: { ...quarterdeck.overlap, minimumSeconds: 1, words: { now: 0 } } }],
    ['rotateBody', { ...sound, rotateBody: { unknownFields: 'refuse', force: { field: 'overlapSeconds' } } }],
    ['rotateBody.force', { ...sound, rotateBody: { unknownFields: 'refuse', force: { field: 'force' } } }],
    [
      'rotateBody.ownSecret',
      {
        ...sound,
        rotateBody: { unknownFields: 'refuse', ownSecret: { field: 's', minimumBytes: 33, maximumBytes: 64 } },
      },
    ],
    [
      'rotateBody.ownSecret must accept the length of a secret in the contract’s format',
      {
        ...sound,
        rotateBody: {
          unknownFields: 'refuse',
          ownSecret: { field: 's', minimumBytes: 16, maximumBytes: 49, required: true, free: true },
        },
      },
    ],
    ['client must name headers in lower case', { ...sound, client: { headers: { Accept: 'a/b' } } }],
    ['client.sentBack.url must be a field that get shows', { ...sound, client: { sentBack: { url: 'url' } } }],
    [
      'client.sentBack needs rotateBody.ownSecret.required, since it is sent beside the secret',
      {
        ...sound,
        operations: [rotate, { ...reading, use: 'get', reply: { status: 200, body: 'url' } }],
        client: { sentBack: { url: 'url' } },
      },
    ],
    [
      'client.rateLimit.statuses',
      { ...sound, client: { rateLimit: { statuses: [503], remaining: 'left', reset: 'from' } } },
    ],
    [
      'tenant.parts',
      { ...sound, tenant: { from: 'path', parameter: 'p', parts: { least: 2, most: 1, written: 'encoded' } } },
    ],
    ['apiVersions.known', { ...sound, apiVersions: { header: 'V', known: [] } }],
    ['POST /hooks/{id}/rotate: since', withRotate({ since: '1' })],
    ...[
      'signingSecret' as const,
      { all: { $text: 'is {signingSecret}' } } as const,
      { one: { $present: 'signingSecret' }, two: { $first: 4, of: 'signingSecret' } } as const,
    ].map((body): [string, Contract] => [
      'POST /hooks/{id}/rotate: reply.body must show signingSecret by $present alone, since a request with rotateBody.reveal',
      {
        ...sound,
        rotateBody: { ...rotateBody, reveal },
        operations: [{ ...rotate, use: 'rotate', reply: { status: 200, body } }],
      },
    ]),
    [
      'POST /hooks/{id}/rotate: filters must not be given with rotate, which is no list of endpoints',
      withRotate({ filters: ['url'] }),
    ],
    ['POST /hooks/rotate: path must have {id}', withRotate({ path: '/hooks/rotate' })],
    ['path must not have {tenant}, which nothing in the contract names', withRotate({ path: '/{tenant}/hooks/{id}' })],
    ['path must have plain segments', withRotate({ path: '/hooks/{id}:rotate/now' })],
    ['a verb after the last {id} alone, not "{id}x"', withRotate({ path: '/hooks/{id}x' })],
    ['path must have plain segments', withRotate({ path: '/hooks//{id}' })],
    ['path must have {id} once', withRotate({ path: '/hooks/{id}/{id}' })],
    [
      'POST /hooks/{id}/rotate: path must not have {id}, since ids are fixed',
      { ...sound, ids: { kind: 'fixed', id: 'org' } },
    ],
    [
      'path must not have {id}, since list is not about one endpoint',
      { ...sound, operations: [rotate, { ...reading, use: 'list', reply: { status: 200, body: 'nextCursor' } }] },
    ],
    ['errors.byStatus.418 is the status of no problem, which have 400, 401, ', withErrors({ byStatus: { 418: {} } })],
    ['errors.byStatus.422 is the status of no problem', withErrors({ byStatus: { 422: {} } })],
    [
      'errors.words.not-found.detail: there is no field endpointId; errors has ',
      withErrors({ words: { 'not-found': { detail: 'No {endpointId}' } } }),
    ],
    ['errors.other.title: there is no field errors', withErrors({ other: { title: '{errors}' } })],
    [
      'GET /hooks/{id}: reply.body: secretMask needs secret.mask',
      { ...sound, operations: [rotate, { ...reading, use: 'get', reply: { status: 200, body: 'secretMask' } }] },
    ],
    ...(['eventTypes', 'requestConfig', 'consumers', 'lastStatus', 'secrets'] as const).map(
      (field): [string, Contract] => [
        `reply.body.b: ${field} is a list or an object, and no text`,
        withRotate({ reply: { status: 200, body: { a: 'signingSecret', b: { $text: `of {${field}}` } } } }),
      ],
    ),
    [
      'reply.body.b: createdAt is a time, and no text',
      withRotate({ reply: { status: 200, body: { a: 'signingSecret', b: { $first: 4, of: 'createdAt' } } } }),
    ],
    ...(['previousExpiresAt', 'previousSecret'] as const).map((field): [string, Contract] => [
      `reply.body: ${field} is always null, since overlap none`,
      {
        ...withRotate({ reply: { status: 200, body: { a: 'signingSecret', b: { $present: field } } } }),
        overlap: { kind: 'none' },
      },
    ]),
    [
      'signing.previous is never written, since overlap none',
      {
        ...sound,
        overlap: { kind: 'none' },
        signing: { ...tumban.signing, weaker: undefined, previous: { ...tumban.signing.signature, header: ['x-old'] } },
      },
    ],
    [
      'apiVersions.header must not be Authorization, which is that of credentials.in',
      { ...sound, apiVersions: { header: 'Authorization', known: ['1'] } },
    ],
    ['overlap.field must not be idempotency-key, which is that of', withOverlap({ field: 'idempotency-key:' })],
    ['delivery.success must be 2xx, or', { ...sound, delivery: { ...standardDelivery, success: [] } }],
    [
      'delivery.headers.X-Event must be a header in lower case',
      { ...sound, delivery: { ...standardDelivery, headers: { 'X-Event': 'eventType' } } },
    ],
    ['signing.timestamp must be empty, since a timestamped signature has it', withSignature({ form: 'timestamped' })],
    ['path must start', withRotate({ path: 'hooks/{id}' })],
    ['access must not be anyone', withRotate({ access: 'anyone' })],
    ['access must allow', withRotate({ access: {} })],
    [
      'access.session must not be given',
      withKeys({ session: { roles: ['admin'] }, apiKey: { permission: 'keys:write' } }),
    ],
    ['access.apiKey.permission must be given', withKeys({ apiKey: {} })],
    [
      'access.portal needs access.apiKey',
      withRotate({ access: { session: { roles: ['admin'] }, portal: { scopes: ['rotate'] } } }),
    ],
    [
      'use must not be create-api-key',
      {
        ...withKeys({ apiKey: { permission: 'keys:write' } }),
        credentials: { ...keyturn.credentials, plans: ['free'] },
      },
    ],
    ['path must not have {id}', withKeys({ apiKey: { permission: 'keys:write' } }, '/keys/{id}')],
    ['access.session.roles', withRotate({ access: { session: { roles: [] } } })],
    ['access.apiKey.permission', withRotate({ access: { apiKey: { permission: 'fly' } } })],
    ['access.apiKey.permission', withRotate({ access: { apiKey: { permission: ['fly', 'swim'] } } })],
    ['access.apiKey.memberPermissions', withRotate({ access: { apiKey: { memberPermissions: { a: 'fly' } } } })],
    ['access.apiKey.minimumPlan', withRotate({ access: { apiKey: { minimumPlan: 'gold' } } })],
    ['reply must have a body', withRotate({ reply: { status: 204, body: 'signingSecret' } })],
    ['reply.body never shows', withRotate({ reply: { status: 204, body: null } })],
    ['overlap.unit must be one of seconds, ', withOverlap({ unit: 'boolean' as 'words' })],
    ['tenant.from must be one of credential, ', { ...sound, tenant: {} as Contract['tenant'] }],
    ['overlap.kind must be one of none, ', { ...sound, overlap: {} as Contract['overlap'] }],
    ['use must be one of create, ', withRotate({ use: 'rotat' as 'rotate' })],
    ['method must be one of GET, ', withRotate({ method: 'POTS' as 'POST' })],
    ['secret.encoding must be one of hex, ', { ...sound, secret: { ...sound.secret, encoding: 'b64' as 'hex' } }],
    ['ids.kind must be one of uuid, ', { ...sound, ids: { kind: 'guid' as 'uuid' } }],
    [
      'signing.inBody needs an envelope',
      { ...sound, signing: inBody, delivery: { ...standardDelivery, body: 'payload' } },
    ],
    ['secondRotation must be given', withoutMembers('secondRotation')],
    ['errors must be given', withoutMembers('errors')],
    ['secret must be given', withoutMembers('secret')],
    ['colour is no member', { ...sound, colour: 'red' } as Contract],
    ['operation POST /hooks/{id}/rotate: access must be given', withoutAccess],
    ['times must be given, since rotate shows rotatedAt', withTimes('rotatedAt')],
    ['times must be given, since rotate shows updatedAt', withTimes({ $text: '{updatedAt}' })],
    [
      'credentials.in must not have two places',
      withPlaces({ kind: 'bearer' }, { kind: 'header', name: 'authorization', prefix: 'Bearer k' }),
    ],
    ['credentials.in must not have two places', withPlaces({ kind: 'basic' }, { kind: 'basic', user: 'a' })],
    [
      'credentials.in must not have two places',
      withPlaces({ kind: 'header', name: 'X-Key' }, { kind: 'header', name: 'x-key', prefix: 'sk-' }),
    ],
    ['credentials.in.0.token', withPlaces({ kind: 'basic', token: 'user' as 'password' })],
    ['credentials.in must name a place', withPlaces()],
    ['credentials.in.user', withPlaces({ kind: 'basic', user: 'a:b' })],
    ['credentials.in.name must be a plain name', withPlaces({ kind: 'query', name: 'a&b' })],
    ['ids.maximum', { ...sound, ids: { kind: 'text', make: sound.secret, maximum: 129 } }],
    ['ids.make must have', { ...sound, ids: { kind: 'text', make: { ...sound.secret, bytes: 4 }, maximum: 40 } }],
    ['ids.make.encoding', { ...sound, ids: { kind: 'text', make: sound.secret, maximum: 64 } }],
    [
      'secret.key bytes needs an encoding that has bytes, not alphanumeric',
      { ...sound, secret: { ...sound.secret, encoding: 'alphanumeric', key: 'bytes' } },
    ],
    [
      'secret.encoding must have bytes, which are the key by signing.keyBytes, and alphanumeric has none; or say by secret.key that text or text-after-prefix is the key',
      { ...sound, secret: { ...sound.secret, encoding: 'alphanumeric' } },
    ],
    ['path must not end in a slash after a verb, as in "{id}:rotate/"', withRotate({ path: '/hooks/{id}:rotate/' })],
    ['headers.X Y', { ...sound, headers: { 'X Y': 'requestId' } }],
    ['headers.X must be one value', { ...sound, headers: { X: { a: 'requestId' } } }],
    ['headers.X: there is no field id', { ...sound, headers: { X: 'id' as 'requestId' } }],
    ['errors.other.status', { ...sound, errors: { body: 'detail', other: { status: 200 } } }],
    ['errors.byStatus.404.body: there is no field x', withErrors({ byStatus: { 404: { body: 'x' as 'id' } } })],
    ['overlap.defaultSeconds must be the length of one of the words: "now"', withWords({ now: 0 }, 60)],
    ['overlap.words must be whole', withWords({ ever: Infinity }, 0)],
    ['overlap.minimumSeconds', withOverlap({ minimumSeconds: 99, maximumSeconds: 60, defaultSeconds: 0 })],
    [
      'overlap.defaultSeconds must be one that a request can say',
      withOverlap({ defaultSeconds: 'endless', required: true }),
    ],
    ['overlap.rounded.toSeconds', withOverlap({ rounded: { toSeconds: 0, direction: 'up' } })],
    ['overlap.maximumSeconds must be a multiple', withOverlap({ rounded: { toSeconds: 11, direction: 'up' } })],
    ['overlap.defaultSeconds must be one that', withOverlap({ required: true, minimumSeconds: 60, defaultSeconds: 0 })],
    ['path must have {hours}, which overlap.field names', withOverlap({ field: '{hours}' })],
    ['overlap.field must not be empty', withOverlap({ field: 'a..b' })],
    ['overlap.field must name a member of the query', withOverlap({ field: '?' })],
    ['overlap.field must name a header', withOverlap({ field: 'X Y:' })],
    ['overlap.field could stand', { ...withOverlap({}), operations: [{ ...rotate, method: 'GET' }] }],
    ['overlap.field can be said by no request', { ...sound, operations: [reading] }],
    [
      'rotateBody.constants.overlapSeconds must not use a field twice: overlap.field stands in overlapSeconds, and each',
      { ...sound, rotateBody: { constants: { overlapSeconds: 1 } } },
    ],
    [
      'rotateBody.constants.overlapSeconds.a must not use a field twice: overlap.field',
      { ...sound, rotateBody: { constants: { 'overlapSeconds.a': 1 } } },
    ],
    [
      'rotateBody.constants.a must not use a field twice: overlap.field stands in a.b',
      { ...withOverlap({ field: 'a.b' }), rotateBody: { constants: { a: 1 } } },
    ],
    [
      'operation PATCH /hooks/{id}: when.rotate must be false, as rotateBody.constants.rotate is',
      patching({}, { rotateBody: { constants: { rotate: false } } }),
    ],
    [
      'when.?rotate must be false, as rotateBody.constants.?rotate is',
      patching({ '?rotate': true }, { rotateBody: { constants: { '?rotate': false } } }),
    ],
    [
      'when.rotate must not use a field twice: overlap.field stands in rotate, and each needs a field of its own',
      patching({}, withOverlap({ field: 'rotate', unit: 'words', words: { true: 0, false: 3600 }, defaultSeconds: 0 })),
    ],
    [
      'when.rotate must not use a field twice: overlap.field stands in rotate.h',
      patching({}, withOverlap({ field: 'rotate.h' })),
    ],
    [
      'when.rotate must not use a field twice: rotateBody.reason.field',
      patching({}, { rotateBody: { reason: { field: 'rotate', maximumCharacters: 9 } } }),
    ],
    [
      'when.rotate must not use a field twice: idempotencyKey.in',
      patching({}, { idempotencyKey: { rule: 'optional', in: 'rotate' } }),
    ],
    [
      'when.rotate.now must not use a field twice: rotateBody.constants.rotate',
      patching({ 'rotate.now': true }, { rotateBody: { constants: { rotate: { now: true } } } }),
    ],
    [
      'when.?key must not be key, which is that of credentials.in',
      patching({ '?key': 'x' }, withPlaces({ kind: 'query', name: 'key' })),
    ],
    [
      'when.keyturn-tenant: must not be keyturn-tenant, which is that of tenant.header',
      patching({ 'keyturn-tenant:': 'x' }, {}),
    ],
    [
      'overlap.field must not be key, which is that of credentials.in',
      { ...withPlaces({ kind: 'query', name: 'key' }), overlap: { ...keyturn.overlap, field: '?key' } },
    ],
    ['overlap.field must not be id, which is that of ids', withOverlap({ field: '{id}' })],
    [
      'overlap.field must not be org, which is that of tenant.parameter',
      {
        ...withOverlap({ field: '{org}' }),
        tenant: { from: 'path', parameter: 'org' },
        operations: [{ ...rotate, path: '/{org}/hooks/{id}' }],
      },
    ],
    ['tenant.parameter must not be id, which is that of ids', { ...sound, tenant: { from: 'path', parameter: 'id' } }],
    ['overlap.field must not be content-length, which is that of HTTP', withOverlap({ field: 'content-length:' })],
    ...[
      'Content-Type',
      'Keep-Alive',
      'Proxy-Authorization',
      'Date',
      'Via',
      'X-Forwarded-For',
      'X-Amzn-Trace-Id',
    ].flatMap((name): readonly [string, Contract][] => [
      [
        `idempotencyKey.in must not be ${name}, which is that of HTTP itself`,
        { ...sound, idempotencyKey: { rule: 'required', in: `${name}:` } },
      ],
      [
        `client.headers.${name.toLowerCase()} must not be ${name.toLowerCase()}, which is that of HTTP itself`,
        { ...sound, client: { headers: { [name.toLowerCase()]: 'x' } } },
      ],
    ]),
    ...['Accept', 'accept-encoding', 'User-Agent', 'Origin', 'Referer', 'Cookie'].flatMap(
      (name): readonly [string, Contract][] => [
        [`overlap.field must not be ${name}, which is that of whoever calls`, withOverlap({ field: `${name}:` })],
        [`when.${name}: must not be ${name}, which is that of whoever calls`, patching({ [`${name}:`]: 'x' }, {})],
        [
          `apiVersions.header must not be ${name}, which is that of whoever calls`,
          { ...sound, apiVersions: { header: name, known: ['1'] } },
        ],
        [`credentials.in must not be ${name}, which is that of whoever calls`, withPlaces({ kind: 'header', name })],
      ],
    ),
    [
      'client.headers.x-hours must not be x-hours, which is that of overlap.field',
      { ...withOverlap({ field: 'X-Hours:' }), client: { headers: { 'x-hours': '3' } } },
    ],
    [
      'client.sentBack.secret must not use a field twice: rotateBody.ownSecret.field',
      {
        ...sound,
        operations: [rotate, { ...reading, use: 'get', reply: { status: 200, body: 'url' } }],
        rotateBody: { ownSecret: { field: 'secret', minimumBytes: 24, maximumBytes: 64, required: true } },
        client: { sentBack: { secret: 'url' } },
      },
    ],
    [
      'rotateBody.constants.X-Intent: must be visible ASCII, since it stands in a header',
      { ...sound, rotateBody: { constants: { 'X-Intent:': 'ä' } } },
    ],
    [
      'overlap.words.a b  must be visible ASCII',
      {
        ...withWords({ 'a b ': 0 }, 0),
        overlap: { ...withWords({ 'a b ': 0 }, 0).overlap, field: 'X-End:' } as Contract['overlap'],
      },
    ],
    [
      'rotateBody.constants.{project} must be a segment of a path',
      {
        ...sound,
        operations: [{ ...rotate, path: '/{project}/{id}' }],
        rotateBody: { constants: { '{project}': 'a/b' } },
      },
    ],
    ['when.a.b must not use a field twice: when.a stands in a, and each', patching({ a: 1, 'a.b': 2 }, {})],
    ['when.a.b.c must not use a field twice: when.a.b stands in a.b', patching({ 'a.b': 1, 'a.b.c': 2 }, {})],
    ['when.a must not use a field twice: when.a.b stands in a.b', patching({ 'a.b': 1, a: { b: 1 } }, {})],
    ['when.x-a: must not be x-a, which is that of when.X-A:', patching({ 'X-A:': '1', 'x-a:': '2' }, {})],
    ['when.?a must be a text, a number or a boolean', patching({ '?a': { b: 1 } }, {})],
    ['when.X-A: must be a text, a number or a boolean', patching({ 'X-A:': ['b'] }, {})],
    [
      'when.a must not hold the form $present: write the place of the member, like a.b',
      patching({ a: { b: { $present: true } } }, {}),
    ],
    ['when.X-Rotate: must be visible ASCII', patching({ 'X-Rotate:': '' }, {})],
    [
      'rotateBody.reason.maximumCharacters must be',
      { ...sound, rotateBody: { reason: { field: 'why', maximumCharacters: 0 } } },
    ],
    [
      'idempotencyKey.in must not be a parameter of the path, since create requires',
      {
        ...sound,
        idempotencyKey: { rule: 'required', in: '{key}' },
        operations: [
          { ...rotate, path: '/hooks/{id}/{key}' },
          {
            use: 'create',
            method: 'POST',
            path: '/hooks',
            access: { apiKey: {} },
            reply: { status: 200, body: 'signingSecret' },
          },
        ],
      },
    ],
    [
      'idempotencyKey.in must not be a parameter of the path, since promote requires',
      {
        ...sound,
        idempotencyKey: { rule: 'required', in: '{key}' },
        operations: [
          { ...rotate, path: '/hooks/{id}/{key}' },
          {
            use: 'promote',
            method: 'POST',
            path: '/hooks/{id}/promote',
            access: { apiKey: {} },
            reply: { status: 200, body: 'version' },
          },
        ],
      },
    ],
    [
      'overlap.unit days has no whole number from overlap.minimumSeconds to overlap.maximumSeconds, of which one must be a multiple of 86400',
      withOverlap({ unit: 'days', minimumSeconds: 3600, maximumSeconds: 7200, defaultSeconds: 3600 }),
    ],
    ...(['instant', 'unix-seconds'] as const).map((unit): [string, Contract] => [
      `overlap.maximumSeconds must be 60 at least above overlap.minimumSeconds, since of the unit ${unit} less is left when a request arrives`,
      withOverlap({ unit, minimumSeconds: 3600, maximumSeconds: 3659, defaultSeconds: 3600 }),
    ]),
    [
      'overlap.maximumSeconds must be 60 at least above',
      withOverlap({ unit: 'instant', maximumSeconds: 59, defaultSeconds: 0 }),
    ],
    [
      'overlap.maximumSeconds must be 60 at least above',
      withOverlap({
        unit: 'instant',
        minimumSeconds: 3600,
        maximumSeconds: 3600,
        defaultSeconds: 3600,
        rounded: { toSeconds: 3600, direction: 'down' },
      }),
    ],
    ...(['signingSecret', 'previousSecret'] as const).map((of): [string, Contract] => [
      'reply.body never shows signingSecret, or not the whole of it',
      withRotate({ reply: { status: 200, body: { start: { $first: 20, of } } } }),
    ]),
    [
      'reply.body: secrets must show signingSecret, and the whole of it',
      withRotate({ reply: { status: 200, body: { $each: 'secrets', shape: { $first: 20, of: 'signingSecret' } } } }),
    ],
    ...(
      [
        [
          { kind: 'fixed', seconds: 'endless' },
          { kind: 'keep', maximumLiveKeys: 3 },
        ],
        [{ kind: 'fixed', seconds: 'endless' }, { kind: 'reject' }],
        [withWords({ ever: 'endless' }, 'endless').overlap, { kind: 'keep', maximumLiveKeys: 3 }],
      ] as const
    ).map(([overlap, secondRotation]): [string, Contract] => [
      'secondRotation must be replace, or reject with rotateBody.force, or operations must have a revoke-previous',
      { ...sound, overlap, secondRotation },
    ]),
    ['rotateBody.constants.?a must be a text', { ...sound, rotateBody: { constants: { '?a': ['x'] } } }],
    ['when needs one operation update', withRotate({ when: { rotate: true } })],
    ['when must not be empty', withRotate({ when: {} })],
    ['when belongs to the use rotate', { ...sound, operations: [rotate, { ...reading, when: { a: 1 } }] }],
    [
      '$number of id needs numeric ids',
      withRotate({ reply: { status: 200, body: { a: 'signingSecret', b: { $number: 'id' } } } }),
    ],
    [
      'order belongs to secrets',
      withRotate({
        reply: {
          status: 200,
          body: {
            a: 'signingSecret',
            b: { $each: 'endpoints' as 'secrets', shape: 'id' as 'keyId', order: 'oldest-first' },
          },
        },
      }),
    ],
    [
      'secrets must show signingSecret',
      withRotate({ reply: { status: 200, body: { $each: 'secrets', shape: 'keyId' } } }),
    ],
    [
      'delivery.headers.x-env must be visible ASCII',
      { ...sound, delivery: { ...standardDelivery, headers: { 'x-env': { $constant: 'a\r\nb' } } } },
    ],
    ['contentType must be a JSON type', { ...sound, contentType: 'text/html' }],
    ['contentType must be a JSON type', { ...sound, contentType: 'application/json\r\nx: y' }],
    [
      'rotateBody.ownSecret.optionalPrefix needs a prefix',
      {
        ...sound,
        secret: { prefix: 'abc', encoding: 'base64', bytes: 32 },
        rotateBody: { ownSecret: { field: 's', minimumBytes: 24, maximumBytes: 64, optionalPrefix: true } },
      },
    ],
    ['when.secret may be any value only where', withRotate({ when: { secret: { $present: true } } })],
    ['when.secret must be a value, or { $present: true }', withRotate({ when: { secret: { $presnt: true } } })],
    ['overlap.clamped has nothing to clamp', withOverlap({ unit: 'words', words: { a: 60 }, clamped: true })],
    [
      'overlap.minimumSeconds must be a multiple of overlap.rounded.toSeconds',
      withOverlap({ minimumSeconds: 90, clamped: true, rounded: { toSeconds: 60, direction: 'up' } }),
    ],
    ['signing: a separator must be a space', withSignature({ separator: 'a' })],
    ['signing: a separator must be a space', withSignature({ separator: '' })],
    ['signing: a separator must be a space', withSignature({ separator: ',  ' })],
    ['signing: the separator "," must stand in no prefix', withSignature({ separator: ', ' })],
    ['signing: a separator belongs to list', withSignature({ separator: ';', form: 'single' })],
    ['signing: olderPrefix belongs to list', withSignature({ olderPrefix: 'v2,', form: 'single' })],
    ['signing: neither prefix nor olderPrefix', withSignature({ olderPrefix: 'v1,2' })],
    ['signing: neither prefix nor olderPrefix', withSignature({ olderPrefix: '' })],
    ['signing: a prefix must not begin with t=', withSignature({ prefix: 't=', form: 'timestamped' })],
    ['signing.isoTime has no place', withScheme({ isoTime: 'second', milliseconds: true })],
    ['signing.isoTime must be one of', withScheme({ isoTime: 'minute' as never })],
    ['signing: nothing can sign {clock}', withContent('{clock}.{body}')],
    ['signing: the content must have {body}', withContent('{id}.{timestamp}')],
    ['signing: the content must have {body} once', withContent('{body}{body}')],
    ['signing.tenant must name a header, since the tenant is signed', withContent('{tenant}.{body}')],
    ['signing: nothing does not keep the id apart', withContent('{id}{timestamp}.{body}')],
    ['signing: "-" does not keep the id apart', withContent('{id}-{body}')],
    ['signing: "7" does not keep the timestamp apart', withContent('{timestamp}7{body}')],
    [
      'must not write the header webhook-id twice',
      { ...sound, delivery: { ...standardDelivery, headers: { 'Webhook-Id': 'eventId' } } },
    ],
    ['signing: X-Sig must be the lower-case name', withSignature({ header: ['X-Sig', 'x-b'] })],
    ['signing: each header needs one name', withSignature({ header: ['x-sig'] })],
    [
      'signing.previous belongs to single',
      {
        ...sound,
        signing: { ...standardWebhooks, previous: { ...standardWebhooks.signature, header: ['x-a', 'x-b'] } },
      },
    ],
    ['signing.inBody holds a single', { ...sound, signing: { ...standardWebhooks, inBody: { signature: 's' } } }],
  ])('is refused by its name and its %s', (fault, contract) => {
    expect(() => checkContract(contract)).toThrow(RangeError)
    expect(() => checkContract(contract)).toThrow(`contract ${contract.name}: `)
    expect(() => checkContract(contract)).toThrow(fault)
  })

  const { overlap: chosen } = keyturn
  const ownSecret = { field: 'secret', minimumBytes: 24, maximumBytes: 64, required: true } as const

  it.each<[string, Contract]>([
    ['a constant that says what when wants', patching({}, { rotateBody: { constants: { rotate: true } } })],
    ['the same as a text', patching({ '?rotate': true }, { rotateBody: { constants: { '?rotate': 'true' } } })],
    ['an own secret that each rotation gives', patching({ secret: { $present: true } }, { rotateBody: { ownSecret } })],
    ['fields beside each other', patching({ 'r.now': true }, { overlap: { ...chosen, field: 'r.nowadays' } })],
    ['an object that when wants', patching({ a: { b: [1], c: null } }, {})],
    [
      'headers of its client that say who calls',
      { ...sound, client: { headers: { accept: 'application/vnd.acme+json', 'user-agent': 'acme' } } },
    ],
    [
      'a name of the body, of the query and of a header',
      { ...sound, rotateBody: { constants: { a: 1, '?a': 1, 'a:': 1, 'a.b:': 1 } } },
    ],
    ['a header that two credentials share', withPlaces({ kind: 'bearer' }, { kind: 'header', name: 'Authorization' })],
    [
      'one whole day',
      withOverlap({ unit: 'days', minimumSeconds: 3600, maximumSeconds: 86_400, defaultSeconds: 86_400 }),
    ],
    [
      'days that are clamped',
      withOverlap({ unit: 'days', minimumSeconds: 3600, maximumSeconds: 7200, defaultSeconds: 3600, clamped: true }),
    ],
    [
      'one length that instants are rounded up to',
      withOverlap({
        unit: 'instant',
        minimumSeconds: 3600,
        maximumSeconds: 3600,
        defaultSeconds: 3600,
        rounded: { toSeconds: 3600, direction: 'up' },
      }),
    ],
    [
      'one length that instants are clamped to',
      withOverlap({
        unit: 'instant',
        minimumSeconds: 3600,
        maximumSeconds: 3600,
        defaultSeconds: 3600,
        clamped: true,
      }),
    ],
    [
      'keys without an end that revoke-previous ends',
      {
        ...sound,
        overlap: { kind: 'fixed', seconds: 'endless' },
        operations: [
          rotate,
          { ...rotate, use: 'revoke-previous', path: '/hooks/{id}/old', reply: { status: 204, body: null } },
        ],
      },
    ],
    [
      'keys without an end that the next rotation ends',
      { ...sound, overlap: { kind: 'fixed', seconds: 'endless' }, secondRotation: { kind: 'replace' } },
    ],
    [
      'keys without an end that a forced rotation ends',
      {
        ...sound,
        overlap: { kind: 'fixed', seconds: 'endless' },
        secondRotation: { kind: 'reject' },
        rotateBody: { force: { field: 'force' } },
      },
    ],
  ])('is taken with %s', (_, contract) => expect(contractFaults(contract)).toEqual([]))

  it('is refused with all its faults at once, each in a line of its own', () => {
    const broken = { ...sound, name: 'Sound', cooldownSeconds: -1, overlap: { kind: 'fixed', seconds: 0 } } as const
    expect(() => checkContract(broken)).toThrow(
      'contract Sound: name must be lower-case, at most 32 characters\n' +
        'contract Sound: overlap.seconds must be 1 at least, or endless\n' +
        'contract Sound: cooldownSeconds must be a whole number, 0 for none',
    )
  })

  it('is told of a segment that is none, and of nothing that follows from it', () => {
    expect(contractFaults(withRotate({ path: '/hooks/{hook-id}' }))).toEqual([
      'operation POST /hooks/{hook-id}: path must have plain segments, parameters like {id}, and a verb after the last {id} alone, not "{hook-id}"',
    ])
  })

  const urlSafe = { prefix: 'whsec_', encoding: 'base64url', bytes: 32 } as const

  it.each<[string, Contract['secret']]>([
    ['base64url after "whsec_"', urlSafe],
    ['base64 after "sec_"', { ...urlSafe, prefix: 'sec_', encoding: 'base64' }],
    ['hex', { ...urlSafe, prefix: '', encoding: 'hex' }],
  ])('whose secrets are %s is refused where receivers read base64 after whsec_, the scheme’s own', (format, secret) => {
    expect(contractFaults({ ...sound, secret })).toEqual([
      `secret must make the keys that receivers read by signing.keyBytes, base64 after "whsec_", and makes those of ${format}: change either, or say by secret.key what the key is`,
    ])
  })

  it.each<[string, Contract]>([
    ['secret.key', { ...sound, secret: { ...urlSafe, key: 'bytes' } }],
    [
      'signing.keyBytes',
      {
        ...sound,
        secret: urlSafe,
        signing: { ...standardWebhooks, keyBytes: { encoding: 'base64url', prefix: 'whsec_' } },
      },
    ],
  ])('whose %s says what the key is signs with the bytes of its own prefix and encoding', (_, contract) => {
    expect(contractFaults(contract)).toEqual([])
    for (let round = 0; round < 200; round += 1) {
      const secret = newText(contract.secret, randomBytes)
      const headers = sign('{}', secret, { scheme: schemeOf(contract), id: 'msg_1' })
      expect(() => verify('{}', headers, secret, { scheme: schemeOf(contract) })).not.toThrow()
    }
  })

  it('that says no secret.key signs what its receivers take with the scheme as it stands', () => {
    for (const contract of [...allContracts, ...hookContracts, ...allMadeUp]) {
      if (contract.secret.key !== undefined) continue
      for (let round = 0; round < 20; round += 1) {
        const text = newText(contract.secret, randomBytes)
        expect(keyBytes(text, contract.signing.keyBytes)).toEqual(keyBytes(text, schemeOf(contract).keyBytes))
      }
    }
  })
})
