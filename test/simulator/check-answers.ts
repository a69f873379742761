import type { Endpoint } from '../../src/rotation/endpoint'
import { runCalmly } from './callers'
import { sweepAndCheck } from './check-end'
import { type OperationReply, type Operation, recordOf } from './operation'
import { type Answered, type Ledger, mustHold, type World } from './world'

type Shown = Extract<OperationReply, { kind: 'revealed' }>

/** Every secret that was revealed is a committed key's, under its own version and with the overlap that was promised. */
export function checkReveals({ ledger, cloud }: World): void {
  const shown = ledger.answered.map(({ answer }) => answer).filter(answer => answer.kind === 'revealed')
  for (const { operation, answer } of ledger.answered) {
    if (answer.kind === 'revealed') checkReveal(ledger, operation, answer)
  }
  const replays = [...cloud.state.audits.records.values()].filter(record => record.kind === 'replay')
  const replayed = shown.filter(({ revealed }) => revealed.replayed)
  for (const { revealed } of replayed) {
    const records = replays.filter(record => record.keyId === revealed.keyId).length
    const times = replayed.filter(other => other.revealed.keyId === revealed.keyId).length
    mustHold(ledger, records >= times, 'each replay has an audit record')
  }
}

function checkReveal(ledger: Ledger, operation: Operation, { revealed, text }: Shown): void {
  const history = ledger.histories.get(revealed.endpoint.incarnation) ?? []
  const states = history.filter(({ ring }) => ring.version === revealed.version)
  const isPublished = states[0]?.changes[0].kind === 'publish'
  const promised = revealed.previousExpiresAt?.getTime() ?? null
  const keeps = (state: Endpoint | undefined): boolean =>
    (state?.ring.keys[1]?.expiresAt?.getTime() ?? null) === promised
  if (isPublished) return checkPublished(ledger, states, { revealed, text })
  mustHold(ledger, states[0]?.ring.keys[0].id === revealed.keyId, 'a revealed key is in the ring under its version')
  mustHold(ledger, ledger.secrets.get(revealed.keyId) === text, 'a revealed secret is the sealed one')
  const isLater = operation.kind === 'reveal' || revealed.replayed
  // By then the key before may have ended.
  const holds = isLater ? promised === null || states.some(keeps) : keeps(states[0])
  mustHold(ledger, holds, 'the overlap is as promised')
}

/** A key that was published: it is shown as it stood at some time since. */
function checkPublished(ledger: Ledger, states: readonly Endpoint[], { revealed, text }: Omit<Shown, 'kind'>): void {
  const { keyId, state, signsFrom, previousExpiresAt } = revealed
  mustHold(ledger, ledger.secrets.get(keyId) === text, 'a revealed secret is the sealed one')
  const isStanding = states.some(({ ring, published }) =>
    state === 'published' ? published?.key.id === keyId : ring.keys[0].id === keyId,
  )
  mustHold(ledger, isStanding, 'a revealed key signs or is published')
  mustHold(ledger, state === 'published' || signsFrom !== null, 'a key that signs has done so since some time')
  mustHold(ledger, state === 'signing' || previousExpiresAt === null, 'a published key gives no other one an end')
}

/** Once everything is settled, a repeat with the same `Idempotency-Key` reveals the same secret or none, and ends no key. */
export async function checkRepeats(world: World): Promise<void> {
  const answered = world.ledger.answered.length
  const keyed = world.ledger.answered.filter(({ operation }) => 'key' in operation && operation.key !== null)
  const operations = new Set(keyed.map(({ operation }) => operation))
  for (const operation of operations) if ('key' in operation) await checkRepeat(world, operation)
  if (world.ledger.answered.length > answered) await sweepAndCheck(world)
}

type Keyed = Extract<Operation, { readonly key: string | null }>

async function checkRepeat(world: World, operation: Keyed): Promise<void> {
  const made = madeBy(world, operation)
  if (!made) return mustHold(world.ledger, !wasRevoked(world, operation), 'a revoke that was answered is remembered')
  await runCalmly(world, operation)
  const repeated = world.ledger.answered.at(-1)
  mustHold(world.ledger, isSame(world, made, repeated), 'a repeat reveals the same secret, or that it is superseded')
  mustHold(world.ledger, storedAs(world, operation)?.ring === made.endpoint.ring, 'a repeat changes no ring')
}

interface Made {
  readonly endpoint: Endpoint
  readonly keyId: string
}

/** What the operation's `Idempotency-Key` made in the endpoint as it is now. */
function madeBy(world: World, operation: Keyed): Made | null {
  const endpoint = storedAs(world, operation)
  const record = recordOf(operation)
  const history = world.ledger.histories.get(endpoint?.incarnation ?? '') ?? []
  const made = history.find(({ changes }) => changes[0].idempotency?.hash === record?.hash)
  if (!endpoint || !made || made.changes[0].idempotency?.fingerprint !== record?.fingerprint) return null
  return { endpoint, keyId: made.changes[0].keyId }
}

/** Whether a revoke was answered, in the only life that its endpoint had. */
function wasRevoked({ ledger }: World, operation: Keyed): boolean {
  const lives = [...ledger.histories.values()].filter(([first]) => first?.id === operation.endpointId)
  const isDone = ({ operation: each, answer }: Answered): boolean => each === operation && answer.kind === 'done'
  return operation.kind === 'revoke' && lives.length === 1 && ledger.answered.some(isDone)
}

function storedAs({ cloud }: World, { endpointId }: Keyed): Endpoint | null {
  const stored = [...cloud.state.table.endpoints.values()].map(({ endpoint }) => endpoint)
  return stored.find(({ id }) => id === endpointId) ?? null
}

function isSame({ ledger }: World, { endpoint, keyId }: Made, repeated: Answered | undefined): boolean {
  const isCurrent = endpoint.ring.keys[0].id === keyId || endpoint.published?.key.id === keyId
  if (endpoint.deletedAt) return isRefusedAsDeleted(repeated)
  const isDone = repeated?.answer.kind === 'done'
  if (repeated !== undefined && !reveals.includes(repeated.operation.kind)) return isDone
  if (repeated?.answer.kind === 'refused') return !isCurrent && repeated.answer.code === 'rotation-superseded'
  if (repeated?.answer.kind !== 'revealed') return false
  const { revealed, text } = repeated.answer
  return isCurrent && revealed.replayed && revealed.keyId === keyId && text === ledger.secrets.get(keyId)
}

/** The operations whose repeat reveals the secret that they made. */
const reveals: readonly Operation['kind'][] = ['rotate', 'publish', 'create']

function isRefusedAsDeleted(repeated: Answered | undefined): boolean {
  const code = repeated?.operation.kind === 'create' ? 'rotation-superseded' : 'not-found'
  return repeated?.answer.kind === 'refused' && repeated.answer.code === code
}
