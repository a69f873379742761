import { choosesSecret, type Contract, neededPermissions, type Operation } from '../src/contracts/contract'
import { idempotencyKeyOf } from '../src/contracts/defaults'
import { placeName, placesOf } from '../src/contracts/place'
import { addSeconds } from '../src/core/instant'
import { noSuchEndpoint, Problem } from '../src/core/problem'
import { invalidField } from '../src/http/body/fields'
import { problemReply, type ReplyRequest } from '../src/http/reply'
import type { ApiReply } from '../src/http/request'
import { assertMayRotate, type Key, type KeyRing, rotationPolicyOf } from '../src/rotation/ring'
import { waysOutOf } from '../src/rotation/ways-out'

// Every way in which a rotation by a contract can be refused, as the vendor would write it.

export interface Refused {
  /** The code of the problem. */
  readonly problem: string
  readonly reply: ApiReply
}

interface Asked {
  /** The endpoint's, after a rotation. */
  readonly ring: KeyRing
  readonly request: ReplyRequest
  readonly now: Date
}

/** One refusal for each status and form that there is, in the order in which a request is looked at. */
export function refusalsOf(contract: Contract, rotate: Operation, { ring, request, now }: Asked): readonly Refused[] {
  if (contract.errors === undefined) return []
  const problems = [...beforeTheRing(contract, rotate), ...ofTheRing(contract, ring, now), ...ofKeyturn]
  const all = problems.map(problem => ({
    problem: problem.code,
    reply: problemReply(problem, contract, { request, now }),
  }))
  const forms = all.map(({ reply: { status, body } }) => `${status} ${formOf(body === '' ? null : JSON.parse(body))}`)
  return all.filter((_, index) => forms.indexOf(forms[index] ?? '') === index)
}

function beforeTheRing(contract: Contract, { access }: Operation): readonly Problem[] {
  const { apiKey, session } = access === undefined || access === 'anyone' ? {} : access
  const [permission] = apiKey === undefined ? [] : neededPermissions(apiKey)
  const field = requestField(contract)
  return [
    new Problem('missing-credentials', 'Credentials are missing or malformed.'),
    apiKey === undefined
      ? new Problem('invalid-token', 'The token is not valid.')
      : new Problem('invalid-api-key', 'The API key is not valid.'),
    ...(apiKey === undefined ? [new Problem('session-required', 'A dashboard session is required.')] : []),
    ...(session === undefined ? [] : [new Problem('role-required', `The role must be ${session.roles.join(' or ')}.`)]),
    ...(permission === undefined
      ? []
      : [new Problem('permission-denied', `The API key lacks the permission ${permission}.`)]),
    noSuchEndpoint(),
    ...(field === null ? [] : [invalidField(field, choosesSecret(contract) ? 'must be given' : 'is not valid')]),
  ]
}

/** A member of the request that can be wrong; null: there is none. */
function requestField(contract: Contract): string | null {
  const [, place] = placesOf(contract).find(([, , purpose]) => purpose !== 'key') ?? []
  if (place !== undefined) return placeName(place)
  const key = idempotencyKeyOf(contract)
  return key.rule === 'off' ? null : placeName(key.in)
}

/** Of a ring that was rotated a moment ago, and of one that holds as many keys as it may. */
function ofTheRing(contract: Contract, ring: KeyRing, now: Date): readonly Problem[] {
  const choice = {
    overlapSeconds: null,
    ownSecret: null,
    reason: null,
    forced: false,
    waysOut: waysOutOf(contract, contract),
  }
  const policy = rotationPolicyOf(contract, choice)
  const { secondRotation } = policy
  const older = { ...ring.keys[0], expiresAt: addSeconds(now, 3600) }
  const count = secondRotation.kind === 'keep' ? secondRotation.maximumLiveKeys : 2
  const full = { ...ring, keys: [ring.keys[0], ...Array.from({ length: count - 1 }, (): Key => older)] } as const
  return [
    ...problemsOf(() => assertMayRotate(full, { ...policy, overlapSeconds: 3600, cooldownSeconds: 0 }, now)),
    ...(idempotencyKeyOf(contract).rule === 'off'
      ? []
      : [new Problem('idempotency-key-reused', 'This Idempotency-Key was used with another body: use another key.')]),
    ...problemsOf(() => assertMayRotate(ring, { ...policy, secondRotation: { kind: 'replace' } }, now)),
  ]
}

function problemsOf(work: () => void): readonly Problem[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof Problem) return [error]
    throw error
  }
}

/** What can befall any request. */
const ofKeyturn: readonly Problem[] = [
  new Problem('rotation-budget', 'Too many changes in 24 hours. The next one is possible in 600 seconds.', {
    retryAfterSeconds: 600,
  }),
  new Problem('unavailable', 'The table does not answer.', { retryAfterSeconds: 1 }),
  new Problem('internal', 'Something went wrong.'),
]

/** The members of JSON with the types of their values, as a text that is the same for the same form. */
function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formOf).join()}]`
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}:${formOf(member)}`)
    .join()}}`
}
