// Every type of event on the bus: who puts it, when, and what it has. docs/events.md is made from this table, `deliver` may
// put what names it, and the tests hold every event to its members. Functions import its types alone.

/** What puts events: a function, or the command. */
export type EventSource = 'rotate' | 'sweep' | 'deliver' | 'access' | 'keyturn keys'

interface EventDescription {
  readonly by: readonly EventSource[]
  /** Absent: an endpoint. */
  readonly about?: 'api-key'
  readonly when: string
  /** Members besides the common ones, each always there, and what it says. */
  readonly members?: Readonly<Record<string, string>>
  /** Members of the example that differ from the common ones. */
  readonly example?: Readonly<Record<string, unknown>>
}

const told = {
  type: 'the type, as in `detail-type`',
  id: 'the same at each repeat, and no other event’s',
} as const
const at = 'when it happened, not when it was told: ISO 8601 in UTC, with milliseconds'

/** Members that every event about an endpoint has, in their order, and what each says. */
const endpointMembers = {
  ...told,
  tenantId: 'whose endpoint it is',
  endpointId: 'the endpoint',
  contract: 'its contract, such as `keyturn`',
  keyId: 'the key that it is about, else the one that signs',
  version: 'how many keys the endpoint had had by then',
  at,
  actor:
    '`{kind, id}` of who did it: `api-key`, `session`, `portal` (with `via`, the API key that let the person in, and `sessionId`), or `keyturn` itself',
  reason: 'as given with the rotation, or Keyturn’s own words; null: none',
} as const

/** The same of an event about an API key: one for each tenant that the API key names, or one where it is for all. */
const apiKeyMembers = {
  ...told,
  tenantId: 'a tenant that the API key names; null: it is for all tenants, and this is told once',
  apiKeyId: 'the public id of the API key',
  contract: 'the only contract at which the API key is valid',
  permissions: 'what it may do',
  expiresAt: 'when it expires; null: never',
  at,
  actor: '`{kind, id}` of who did it: `api-key`, or `operator` for the command `keyturn keys`',
  reason: 'null',
} as const

/** Members that every event has that is about the same. */
export const commonMembers = { endpoint: endpointMembers, 'api-key': apiKeyMembers } as const

const endpointExample = {
  tenantId: 'org_1',
  endpointId: 'ep_4kq0w1x2y3z4a5b6c7d8e9f0',
  contract: 'keyturn',
  keyId: 'key_8c1f0e5b7a2d49630f1e2d3c',
  version: 3,
  at: '2026-11-21T12:00:00.000Z',
  actor: { kind: 'api-key', id: 'key_0w1x2y3z4a5b6c7d8e9f' },
  reason: null,
} as const

const apiKeyExample = {
  tenantId: 'org_1',
  apiKeyId: 'key_4kq0w1x2y3z4a5b6c7d8',
  contract: 'keyturn',
  permissions: ['endpoints:read', 'endpoints:rotate'],
  expiresAt: '2027-02-19T12:00:00.000Z',
  at: '2026-11-21T12:00:00.000Z',
  actor: { kind: 'api-key', id: 'key_0w1x2y3z4a5b6c7d8e9f' },
  reason: null,
} as const

/** Members of the examples that differ from type to type in nothing. */
export const commonExample = { endpoint: endpointExample, 'api-key': apiKeyExample } as const

const change = { id: 'chg_5f0a1b2c3d4e5f6071829304' } as const
const bySweep = { actor: { kind: 'keyturn', id: 'sweep' } } as const
const byDeliver = { actor: { kind: 'keyturn', id: 'deliver' } } as const
const settling = ['rotate', 'sweep'] as const
const byAccessOrCommand = ['access', 'keyturn keys'] as const
const overlapSeconds = 'how long the key before works on, or here the abandoned one; 0: not at all; null: it has no end'

export const eventTypes = {
  'endpoint.created': { by: settling, when: 'An endpoint was created with its first key.', example: change },
  'endpoint.updated': {
    by: settling,
    when: 'Settings changed. Also where a PATCH changed none, and where Keyturn itself made a mirror’s keys anew.',
    members: {
      changed: 'the names of the settings that changed, without values; members of `requestConfig` one by one',
    },
    example: { ...change, changed: ['url', 'requestConfig.headers'] },
  },
  'endpoint.deleted': {
    by: settling,
    when: 'The endpoint was deleted. Its keys end with it, and are not told one by one.',
    example: change,
  },
  'endpoint.paused': {
    by: [...settling, 'deliver'],
    when: 'The owner paused the endpoint (besides `endpoint.updated`), or Keyturn did, since it failed too long or answered 410. Nothing is delivered to it.',
    example: { id: 'dlv_0a1b2c3d4e5f60718293a4b5', ...byDeliver, reason: 'The receiver answered 410 Gone' },
  },
  'endpoint.resumed': {
    by: [...settling, 'deliver'],
    when: 'A pause has ended: by the owner (besides `endpoint.updated`), who thereby ends one by Keyturn as well, or by a test of Keyturn’s that arrived.',
    example: { id: 'chg_5f0a1b2c3d4e5f6071829304-resumed' },
  },
  'endpoint.failing': {
    by: ['deliver'],
    when: 'An attempt failed an hour or more after the first failure since the last success: once until the next success.',
    members: { failingSince: 'that first failure' },
    example: { id: 'dlv_1b2c3d4e5f60718293a4b5c6', ...byDeliver, failingSince: '2026-11-21T10:58:12.345Z' },
  },
  'secret.rotated': {
    by: settling,
    when: 'A new key signs (`keyId`).',
    members: { overlapSeconds },
    example: { ...change, reason: 'the old one leaked', overlapSeconds: 86_400 },
  },
  'secret.published': {
    by: settling,
    when: 'A new key (`keyId`) can be read by receivers; another one signs.',
    members: { overlapSeconds: 'how long the key before will work on, from the promotion' },
    example: { ...change, overlapSeconds: 900 },
  },
  'secret.promoted': {
    by: settling,
    when: 'The published key (`keyId`) signs: by the sweep once receivers could read it for the lead, or by somebody.',
    members: { overlapSeconds },
    example: { ...change, ...bySweep, overlapSeconds: 900 },
  },
  'secret.abandoned': {
    by: settling,
    when: 'The published key (`keyId`) was given up before it signed.',
    members: { overlapSeconds },
    example: { ...change, overlapSeconds: 900 },
  },
  'secret.rolled-back': {
    by: settling,
    when: 'The key that signed before (`keyId`) signs again; the newer one is published again.',
    example: change,
  },
  'secret.revoked': {
    by: settling,
    when: 'Every key was ended but the one that signs (`keyId`), and a published one. `secret.expired` tells each.',
    example: change,
  },
  'secret.expired': {
    by: settling,
    when: 'A key (`keyId`) has ended: its time came (`actor` is `keyturn`, `clock`), or a change dropped it (the change’s `actor` and `reason`). The sweep tells the former, 5 to 65 seconds late.',
    example: {
      id: 'end_key_8c1f0e5b7a2d49630f1e2d3c_1795262400000',
      at: '2026-11-21T12:00:00.000Z',
      actor: { kind: 'keyturn', id: 'clock' },
    },
  },
  'secret.proof-failed': {
    by: ['deliver'],
    when: 'A probe found anything but `adopted` for the newest key (`keyId`). Put before the probe is answered: where the bus does not take it, the probe is 503.',
    members: { adoption: '`not-adopted`, `accepts-anything`, `inconclusive` or `unreachable`' },
    example: { id: 'prb_2c3d4e5f60718293a4b5c6d7', adoption: 'not-adopted' },
  },
  'delivery.exhausted': {
    by: ['deliver'],
    when: 'A delivery became a dead letter: its schedule was used up, its receiver answered 410, or it was stopped after attempts. Once for each round of its schedule.',
    members: { messageId: 'the delivery, the same in each attempt', eventId: 'the platform’s event' },
    example: {
      id: 'dlv_3d4e5f60718293a4b5c6d7e8',
      ...byDeliver,
      reason: 'The receiver answered 500',
      messageId: 'msg_4e5f60718293a4b5c6d7e8f9',
      eventId: 'evt_5f60718293a4b5c6d7e8f90a',
    },
  },
  'api-key.created': {
    by: byAccessOrCommand,
    about: 'api-key',
    when: 'An API key was made. Over HTTP this is put before the API key is shown: where the bus does not take it, the API key is ended again, and the caller answered 503. The command shows the API key all the same, and says that it was not told.',
    example: { id: 'key_4kq0w1x2y3z4a5b6c7d8-created-org_1' },
  },
  'api-key.revoked': {
    by: byAccessOrCommand,
    about: 'api-key',
    when: 'An API key was ended. Where the bus does not take it, the API key has ended all the same, the caller is answered 503 and the command exits with 1, and a repeat tells it.',
    example: { id: 'key_4kq0w1x2y3z4a5b6c7d8-revoked-org_1' },
  },
} as const satisfies Readonly<Record<string, EventDescription>>

export type EventType = keyof typeof eventTypes
export type ApiKeyEventType = 'api-key.created' | 'api-key.revoked'
export type EndpointEventType = Exclude<EventType, ApiKeyEventType>

/** What the table says of a type. */
export function describedAs(type: EventType): EventDescription {
  return eventTypes[type]
}

/** Every member of a type's events, in their order, and what each says. */
export function membersOf(type: EventType): Readonly<Record<string, string>> {
  const { about = 'endpoint', members = {} } = describedAs(type)
  return { ...commonMembers[about], ...members }
}

/** The types that a function may put. */
export function typesOf(source: EventSource): readonly EventType[] {
  return typeNames.filter(type => describedAs(type).by.includes(source))
}

/** Every type, in the table's order. */
export const typeNames = Object.keys(eventTypes) as readonly EventType[]
