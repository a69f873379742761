import { neededPermissions, type Contract, type Operation } from '../../src/contracts/contract'
import { idempotencyKeyOf, secondRotationOf } from '../../src/contracts/defaults'
import type { Use } from '../../src/contracts/dimensions'
import type { ProblemCode } from '../../src/core/problem'

// Which problems each operation can answer, and what whoever gets one does about it.

export interface ProblemHelp {
  readonly when: string
  readonly remedy: string
}

/** Every code, for people. */
export const problemHelp = {
  'missing-credentials': {
    when: 'The request has no credential.',
    remedy: 'Send `Authorization: Bearer <API key or session token>`.',
  },
  'invalid-token': {
    when: 'The token is no session of the configured issuer: its signature, issuer, audience, role or tenant does not fit.',
    remedy: 'Get a new token from the issuer. docs/sessions.md says what it must hold.',
  },
  'expired-token': {
    when: 'The session has expired.',
    remedy: 'Get a new token from the issuer, and send the same request again.',
  },
  'invalid-api-key': {
    when: 'There is no such API key at this contract, or it was revoked or has expired.',
    remedy: 'Use another key. `keyturn keys list` shows what a stage has.',
  },
  'session-required': {
    when: 'The operation is for people, and the credential is an API key.',
    remedy: 'Call it with a dashboard session.',
  },
  'role-required': {
    when: 'The session’s role does not allow this.',
    remedy: 'Ask somebody with the role that the detail names.',
  },
  'permission-denied': {
    when: 'The API key lacks a permission, or a session was sent where only API keys may call.',
    remedy: 'Use a key that has the permission that the detail names.',
  },
  'plan-required': {
    when: 'The key’s plan does not include this.',
    remedy: 'Use a key of the plan that the detail names, or of a higher one.',
  },
  'recent-sign-in-required': {
    when: 'A person must have signed in within five minutes for what ends a key within ten minutes, or opens a gap.',
    remedy: 'Sign in again at the platform, and go on with the session that follows.',
  },
  'route-not-found': {
    when: 'No route has this path.',
    remedy: 'docs/api.md lists all routes; look for a typo or a missing base path.',
  },
  'not-in-this-version': {
    when: 'The API version that the request names does not have the operation yet.',
    remedy: 'Name the version of the detail, or leave the header out.',
  },
  'method-not-allowed': {
    when: 'The path exists with other methods.',
    remedy: 'Use one of those in the header `Allow`.',
  },
  'not-found': {
    when: 'The id is malformed, unknown, deleted, another contract’s or another tenant’s. All answer alike.',
    remedy: 'Check the id, and whether the credential is of the tenant.',
  },
  'invalid-request': {
    when: 'Fields of the body, the query or the headers are at fault.',
    remedy: '`errors` names each, with what is allowed. Mend them and send again.',
  },
  'payload-too-large': {
    when: 'The body, or the payload of an event, is too large.',
    remedy: 'Send less: the detail says how much is allowed.',
  },
  'consumer-not-reader': {
    when: 'A consumer is of an account that may not read mirrors here.',
    remedy: 'Ask the platform to add the account to `mirrorReaders`, or leave the consumer out.',
  },
  'endpoint-exists': {
    when: 'The id to import is taken.',
    remedy: 'Leave `id` out, or change the endpoint that is there.',
  },
  'contract-not-mounted': {
    when: 'The endpoint’s contract is no longer mounted.',
    remedy: 'Ask the platform to mount it again.',
  },
  'too-many-endpoints': {
    when: 'The tenant has as many endpoints as it may.',
    remedy: 'Delete some, or ask the platform for more.',
  },
  'too-many-live-keys': {
    when: 'As many keys are live as may be.',
    remedy:
      'Wait until the time that the detail names, end the older keys with revoke-previous, or rotate with an overlap of 0.',
  },
  'rotation-in-progress': {
    when: 'A published key waits to sign, or the contract lets nobody rotate while an overlap is open.',
    remedy: 'Promote or abandon the published key, wait for the overlap’s end, or force it where the contract can.',
  },
  'rotation-conflict': {
    when: 'Other changes of the same endpoint came first, several times.',
    remedy: 'Send the same request again, with the same idempotency key.',
  },
  'changed-meanwhile': {
    when: 'The keys have changed since the revision of `ifRevision`.',
    remedy: 'Read the keys again, and decide again.',
  },
  'nothing-published': {
    when: 'No key is published.',
    remedy: 'Nothing is left to do: read the keys to see which one signs.',
  },
  'key-changed': {
    when: 'Another key is published than the one that the request names.',
    remedy: 'Read the keys again, and name the published one.',
  },
  'too-early': {
    when: 'Receivers may not have the key yet.',
    remedy: 'Wait until the time that the detail names, or force it.',
  },
  'nothing-to-roll-back': { when: 'There is no key before that still works.', remedy: 'Rotate instead.' },
  'not-proven': {
    when: 'No proof of the last hour says that the receiver has the key that signs.',
    remedy: 'Probe the endpoint, then send the same request again.',
  },
  'too-late': {
    when: 'The key before ends too soon to sign again.',
    remedy: 'Rotate instead, or force it and expect refusals.',
  },
  'rotation-superseded': {
    when: 'The request was made before, and its key no longer signs or waits to.',
    remedy: 'Its secret is not shown again. Rotate with a new idempotency key.',
  },
  'idempotency-key-reused': {
    when: 'The same idempotency key came with another body.',
    remedy: 'Use a new key for a new request; repeat one letter by letter.',
  },
  'endpoint-without-url': { when: 'The endpoint has no URL to send to.', remedy: 'Give it one, then send again.' },
  'endpoint-paused': { when: 'The endpoint is paused.', remedy: 'Set its `status` to `active`, then send again.' },
  'endpoint-busy': {
    when: 'As many attempts are under way at the endpoint, or at its tenant, as may be.',
    remedy: 'Wait for `Retry-After`, then send again.',
  },
  'rotation-cooldown': {
    when: 'The contract wants time between two rotations.',
    remedy: 'Wait for `Retry-After`, then send again.',
  },
  'rotation-budget': {
    when: 'The endpoint’s keys were changed as often in 24 hours as its mirror can hold.',
    remedy: 'Wait for `Retry-After`. Revoking and rolling back have a part of their own.',
  },
  'outcome-unknown': {
    when: 'The store did not say whether the change was made.',
    remedy: 'Send the same request again with the same idempotency key: it shows the same secret.',
  },
  unavailable: {
    when: 'Something that the request needs does not answer at the moment.',
    remedy: 'Wait for `Retry-After`, then send the same request again.',
  },
  internal: {
    when: 'A fault of Keyturn’s.',
    remedy: 'Send the same request again with the same idempotency key; report `x-request-id` if it stays.',
  },
} as const satisfies Readonly<Record<ProblemCode, ProblemHelp>>

const commit: readonly ProblemCode[] = [
  'rotation-conflict',
  'outcome-unknown',
  'rotation-budget',
  'contract-not-mounted',
]
const revision: readonly ProblemCode[] = ['changed-meanwhile']
const replay: readonly ProblemCode[] = ['idempotency-key-reused', 'rotation-superseded']
const sending: readonly ProblemCode[] = ['endpoint-without-url', 'endpoint-busy', 'contract-not-mounted', 'unavailable']

/** What each use itself can answer, besides what any request can. */
const ofUse: { readonly [U in Use]: readonly ProblemCode[] } = {
  create: [...commit, ...replay, 'endpoint-exists', 'too-many-endpoints', 'consumer-not-reader'],
  rotate: [
    ...commit,
    ...revision,
    ...replay,
    'not-found',
    'too-many-live-keys',
    'rotation-in-progress',
    'rotation-cooldown',
  ],
  promote: [
    ...commit,
    ...revision,
    ...replay,
    'not-found',
    'nothing-published',
    'key-changed',
    'too-early',
    'rotation-in-progress',
  ],
  abandon: [...commit, ...revision, ...replay, 'not-found', 'nothing-published', 'key-changed', 'rotation-in-progress'],
  'roll-back': [
    ...commit,
    ...revision,
    ...replay,
    'not-found',
    'nothing-to-roll-back',
    'too-late',
    'rotation-in-progress',
  ],
  'revoke-previous': [...commit, ...revision, ...replay, 'not-found', 'not-proven'],
  reveal: ['not-found', 'contract-not-mounted', 'rotation-superseded'],
  list: [],
  get: ['not-found'],
  update: ['not-found', 'rotation-conflict', 'outcome-unknown', 'consumer-not-reader', 'contract-not-mounted'],
  delete: ['not-found', 'rotation-conflict', 'outcome-unknown'],
  'secret-state': ['not-found'],
  rotations: ['not-found'],
  audit: ['not-found'],
  'tenant-audit': [],
  health: [],
  publish: ['payload-too-large'],
  deliveries: ['not-found'],
  attempts: ['not-found'],
  'send-again': ['not-found', 'endpoint-paused', 'endpoint-without-url'],
  recover: ['not-found', 'endpoint-paused', 'endpoint-without-url'],
  test: ['not-found', ...sending],
  probe: ['not-found', ...sending],
  'create-api-key': [],
  'list-api-keys': [],
  'revoke-api-key': ['not-found'],
  'end-credentials': ['not-found'],
  session: [],
  'create-portal-session': [],
  'describe-portal-session': ['invalid-token', 'permission-denied'],
  'exchange-portal-session': ['invalid-token', 'permission-denied'],
  'end-portal-session': ['not-found'],
  'end-portal-sessions': [],
}

/** The codes that an operation can answer, in the order of `problemHelp`. */
export function problemsOf(contract: Contract, operation: Operation): readonly ProblemCode[] {
  const { access, use, since } = operation
  const { rule } = idempotencyKeyOf(contract)
  const all: readonly ProblemCode[] = [
    ...(access === 'anyone' ? [] : refusals(contract, operation)),
    ...ofUse[use].filter(code => (rule !== 'off' || !replay.includes(code)) && !isRuledOut(contract, code)),
    ...(since === undefined ? [] : (['not-in-this-version'] as const)),
    ...(['invalid-request', 'payload-too-large', 'unavailable', 'internal'] as const),
  ]
  // The table's keys are the codes.
  return (Object.keys(problemHelp) as ProblemCode[]).filter(code => all.includes(code))
}

/** What no rotation of the contract can answer. Where endpoints of all contracts are reached, one of them may. */
function isRuledOut(contract: Contract, code: ProblemCode): boolean {
  const { rotateBody, cooldownSeconds, publishes, reach } = contract
  if (code === 'changed-meanwhile') return rotateBody?.ifRevision === undefined
  if (reach === 'every') return false
  const { kind } = secondRotationOf(contract)
  if (code === 'rotation-cooldown') return cooldownSeconds === undefined
  if (code === 'too-many-live-keys') return kind !== 'keep'
  return code === 'rotation-in-progress' && kind !== 'reject' && publishes === undefined
}

/** What a credential can be refused with. */
function refusals({ credentials, tenant }: Contract, operation: Operation): readonly ProblemCode[] {
  const { access } = operation
  const { apiKey, sessions, plans = [] } = credentials
  const { session: sessionAccess, apiKey: keyAccess } = access === 'anyone' || access === undefined ? {} : access
  const needs = keyAccess !== undefined && neededPermissions(keyAccess).length > 0
  const members = Object.keys(keyAccess?.memberPermissions ?? {}).length > 0
  const isDenied =
    needs || members || (sessions === true && sessionAccess === undefined) || tenant.from === 'credential'
  return [
    'missing-credentials',
    ...(sessions === true ? (['invalid-token', 'expired-token'] as const) : []),
    ...(apiKey === undefined ? [] : (['invalid-api-key'] as const)),
    ...(apiKey !== undefined && keyAccess === undefined ? (['session-required'] as const) : []),
    ...(sessions === true && sessionAccess !== undefined ? (['role-required'] as const) : []),
    ...(isDenied ? (['permission-denied'] as const) : []),
    ...(credentials.portalScopes !== undefined && mayWantSignIn(operation)
      ? (['recent-sign-in-required'] as const)
      : []),
    ...(plans.length > 0 && keyAccess?.minimumPlan !== undefined ? (['plan-required'] as const) : []),
    // A credential without a tenant of the contract.
    'not-found',
  ]
}

/** What a rotation or an abandoned key comes to is in the body; what a promotion does depends on the receiver. */
function mayWantSignIn({ access, use }: Operation): boolean {
  const always = access !== undefined && access !== 'anyone' && access.recentSignIn === true
  return always || use === 'rotate' || use === 'promote' || use === 'abandon'
}
