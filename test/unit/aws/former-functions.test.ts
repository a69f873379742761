import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from '@jest/globals'
import { auditPartition, endpointItemKey } from '../../../src/aws/item-keys'
import { type Item, toItem, valuesOf } from '../../../src/aws/items'
import type { Table } from '../../../src/aws/table'
import { featurebase } from '../../../src/contracts/featurebase'
import { keyturn } from '../../../src/contracts/keyturn'
import { addSeconds } from '../../../src/core/instant'
import { Secret } from '../../../src/core/secret'
import { signingKeys } from '../../../src/delivery/signed-request'
import { lookAgainSeconds } from '../../../src/rotation/change'
import { dailyLookSeconds as lookSeconds } from '../../../src/rotation/daily-look'
import type { Endpoint } from '../../../src/rotation/endpoint'
import { mirrorState } from '../../../src/rotation/mirror'
import type { RotationDeps } from '../../../src/rotation/ports'
import { abandonPublished, promotePublished, rollBack } from '../../../src/rotation/promote'
import { rotateSecret } from '../../../src/rotation/rotate'
import { settle } from '../../../src/rotation/settle'
import { sweep, type SweepReport } from '../../../src/rotation/sweep'
import {
  formerAuditRecordOf,
  formerCommit,
  type FormerEndpoint,
  formerEndpointOf,
  formerItem,
  formerSettle,
  formerSigningKeys,
} from '../../support/former/items'
import { closeAfterEach } from './close-after-each'
import { address, createIn, type EmbeddedStage, readSecrets, rotateIn, startStage, storedIn } from './embedded-stage'

// Functions from before keys could be published, beside those of now: on one table, while a stage is deployed or taken back.

const closing = closeAfterEach()
const actor = { kind: 'session', id: 'user_1' } as const
const leadSeconds = 600

interface Bed extends EmbeddedStage {
  readonly deps: RotationDeps
  readonly table: Table
  readonly item: () => Promise<Item>
  readonly sweepAfter: (seconds: number) => Promise<SweepReport>
}

/** An endpoint with one key, at rest. */
async function bed(): Promise<Bed> {
  const stage = closing(await startStage())
  const name = 'keyturn-dev'
  const deps = await stage.deploy({ table: name, ringKey: stage.newKey(), mirrorKey: stage.newKey() })
  await createIn(deps)
  const table = { client: stage.dynamoDb, name }
  const Key = toItem(endpointItemKey(address))
  const sweepAfter = (seconds: number): Promise<SweepReport> => {
    stage.clock.at = addSeconds(stage.clock.at, seconds)
    return sweep({ ...deps, sleep: () => Promise.resolve() }, addSeconds(stage.clock.at, 60))
  }
  const item = async (): Promise<Item> => {
    const { Item: found = {} } = await table.client.send(
      new GetItemCommand({ TableName: name, Key, ConsistentRead: true }),
    )
    return found
  }
  stage.clock.at = addSeconds(stage.clock.at, 60)
  return { ...stage, deps, table, item, sweepAfter }
}

async function publish(deps: RotationDeps, signing: 'published' | 'manual' = 'published'): Promise<string> {
  const choice = { overlapSeconds: null, reason: null, forced: false, ownSecret: null }
  const request = { endpoint: await storedIn(deps), contract: keyturn, actor, idempotency: null }
  const { keyId } = await rotateSecret(deps, { ...request, choice: { ...choice, publish: { signing, leadSeconds } } })
  return keyId
}

async function promote(deps: RotationDeps, keyId: string): Promise<void> {
  await promotePublished(deps, { endpoint: await storedIn(deps), actor, idempotency: null, keyId, forced: true })
}

async function giveUp(deps: RotationDeps): Promise<void> {
  const keyId = await publish(deps)
  const request = { endpoint: await storedIn(deps), contract: keyturn, actor, idempotency: null, overlapSeconds: 900 }
  await abandonPublished(deps, { ...request, keyId })
}

async function promoteAndRollBack(deps: RotationDeps): Promise<void> {
  await promote(deps, await publish(deps))
  const endpoint = await storedIn(deps)
  await rollBack(deps, { endpoint, contract: keyturn, actor, idempotency: null, forced: false })
}

/** What leads to each state, and how the change that led there read before. */
const states: readonly (readonly [string, 'create' | 'rotate' | 'revoke', (deps: RotationDeps) => Promise<unknown>])[] =
  [
    ['new', 'create', async () => undefined],
    ['rotated at once', 'rotate', rotateIn],
    ['published', 'rotate', deps => publish(deps)],
    ['published for somebody to promote', 'rotate', deps => publish(deps, 'manual')],
    ['promoted', 'rotate', async deps => promote(deps, await publish(deps))],
    ['abandoned', 'revoke', giveUp],
    ['rolled back', 'rotate', promoteAndRollBack],
  ]

function idsOf(keys: readonly { readonly id: string }[]): readonly string[] {
  return keys.map(({ id }) => id)
}

/** A change of settings by a function from before. */
async function changeFormerly({ table, item }: Bed, over: Partial<FormerEndpoint['settings']>): Promise<void> {
  const read = formerEndpointOf(await item())
  const [last] = read.changes
  const revision = read.revision + 1
  const at = addSeconds(read.updatedAt, 1)
  const change = { ...last, id: 'chg_before', kind: 'update', revision, at, idempotency: null } as const
  const settings = { ...read.settings, ...over }
  const lookAgainAt = settings.mirror === 'on' ? read.lookAgainAt : addSeconds(at, lookAgainSeconds)
  const changed = { ...read, revision, settings, updatedAt: at, changes: [change, ...read.changes] as const }
  expect(
    await formerCommit(table, { ...changed, changes: [...changed.changes], lookAgainAt, dueAt: at }, read.revision),
  ).toBe('stored')
}

/** What a sweep from before does with an endpoint that is due: the same, but for what it does not know. */
async function settleFormerly({ deps, item }: Bed): Promise<void> {
  const read: Endpoint = { ...formerEndpointOf(await item()), published: null }
  await settle(deps, read, { opened: new Map(), signal: AbortSignal.timeout(5000) })
}

describe.each(states)('an endpoint whose key is %s', (_, kindBefore, lead) => {
  it('is read by a function from before, which signs with the key that signs and never with the published one', async () => {
    const { deps, item, clock } = await bed()
    await lead(deps)
    const stored = await storedIn(deps)
    const read = formerEndpointOf(await item())
    expect(read.changes[0].kind).toBe(kindBefore)
    expect(idsOf(formerSigningKeys(featurebase, read, clock.at))).toEqual([stored.ring.keys[0].id])
    expect(idsOf(formerSigningKeys(featurebase, read, clock.at))).toEqual(
      idsOf(signingKeys(featurebase, stored, clock.at)),
    )
    expect(idsOf(formerSigningKeys(keyturn, read, clock.at))).toEqual(
      idsOf(signingKeys(keyturn, { ...stored, published: null }, clock.at)),
    )
  })

  it('has audit records that a function from before reads', async () => {
    const { deps, table } = await bed()
    await lead(deps)
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: valuesOf({ pk: auditPartition(address) }),
    }
    const { Items = [] } = await table.client.send(new QueryCommand({ TableName: table.name, ...query }))
    const records = Items.map(formerAuditRecordOf)
    expect(records).toHaveLength((await storedIn(deps)).changes.length)
    expect(records.map(({ kind }) => kind)).toContain(kindBefore)
  })

  it('keeps its keys through what a function from before writes, and goes on from there', async () => {
    const own = await bed()
    const { deps, table, item } = own
    await lead(deps)
    const { ring, published } = await storedIn(deps)
    const { published: attribute } = await item()
    await changeFormerly(own, { url: 'https://receiver.example/moved' })
    const read = formerEndpointOf(await item())
    expect(await formerSettle(table, { ...read, settling: { ...read.settling, failures: 1, error: 'down' } })).toBe(
      'stored',
    )
    expect((await item()).published).toEqual(attribute)
    await own.sweepAfter(60)
    const after = await storedIn(deps)
    expect(after.settings.url).toBe('https://receiver.example/moved')
    expect([idsOf(after.ring.keys), after.published]).toEqual([idsOf(ring.keys), published])
    expect(mirrorState(after)).toBe('current')
    const next = published?.key.id ?? (await publish(deps))
    await promote(deps, next)
    expect((await storedIn(deps)).ring.keys[0].id).toBe(next)
  })
})

describe('what a function from before has made', () => {
  it('is read, published at and promoted', async () => {
    const { deps, table, item } = await bed()
    const made = formerItem(formerEndpointOf(await item()))
    await table.client.send(new PutItemCommand({ TableName: table.name, Item: made }))
    expect((await storedIn(deps)).published).toBeNull()
    const keyId = await publish(deps)
    await promote(deps, keyId)
    expect((await storedIn(deps)).ring.keys[0].id).toBe(keyId)
  })
})

/** Sweeps at the time of the next look, and as often after it as it takes to promote what is found. */
async function sweepUntilPromoted({ sweepAfter }: Bed): Promise<void> {
  await sweepAfter(lookSeconds)
  for (let passed = 0; passed < 3 * leadSeconds; passed += 300) await sweepAfter(300)
}

describe('a sweep from before that comes by while a key is published', () => {
  it('takes the key out of the mirror, and it comes back there and signs after its lead', async () => {
    const own = await bed()
    const { deps, clock } = own
    const keyId = await publish(deps)
    clock.at = addSeconds(clock.at, leadSeconds + 10)
    await settleFormerly(own)
    expect(await readSecrets(own)).toHaveLength(1)
    expect(mirrorState(await storedIn(deps))).toBe('pending')
    await own.sweepAfter(1)
    expect((await storedIn(deps)).published?.key.id).toBe(keyId)
    await own.sweepAfter(lookSeconds)
    await own.sweepAfter(60)
    const again = clock.at
    expect(await readSecrets(own)).toHaveLength(2)
    await own.sweepAfter(leadSeconds)
    expect((await storedIn(deps)).published?.key.id).toBe(keyId)
    await own.sweepAfter(60)
    const { ring, published } = await storedIn(deps)
    expect([ring.keys[0].id, published]).toEqual([keyId, null])
    const promotedAt = ring.keys[0].publication?.promotedAt ?? again
    expect(promotedAt.getTime()).toBeGreaterThan(addSeconds(again, leadSeconds).getTime())
  })

  it('settles a publication without its key, and the mirror gets it at the next look', async () => {
    const own = await bed()
    const { deps } = own
    const down = { ...deps, mirror: { ...deps.mirror, putAside: () => Promise.reject(new Error('down')) } }
    const keyId = await publish(down)
    await settleFormerly(own)
    expect(await readSecrets(own)).toHaveLength(1)
    await sweepUntilPromoted(own)
    expect((await storedIn(deps)).ring.keys[0].id).toBe(keyId)
  })

  it('looks at the mirror and forgets since when the key can be read, and the key signs all the same', async () => {
    const own = await bed()
    const { deps, table, item, clock } = own
    const keyId = await publish(deps)
    const read = formerEndpointOf(await item())
    const dailyLookAt = addSeconds(clock.at, lookSeconds)
    await formerSettle(table, { ...read, settling: { ...read.settling, dailyLookAt }, dueAt: dailyLookAt })
    expect((await storedIn(deps)).settling.readableSince).toBeUndefined()
    await sweepUntilPromoted(own)
    expect((await storedIn(deps)).ring.keys[0].id).toBe(keyId)
  })
})

/** What a rotation by a function from before stores, which ends every other key. */
async function rotateFormerly({ deps, table, item }: Bed): Promise<void> {
  const read = formerEndpointOf(await item())
  const [current] = read.ring.keys
  const [last] = read.changes
  const revision = read.revision + 1
  const at = addSeconds(read.updatedAt, 1)
  const keyId = 'key_after'
  const sealed = await deps.sealer.seal(new Secret(`whsec_${'a'.repeat(43)}=`), { ...address, keyId })
  const change = { ...last, id: 'chg_after', kind: 'rotate', revision, version: 3, keyId, at } as const
  const keys: FormerEndpoint['ring']['keys'] = [{ ...current, id: keyId, sealed, createdAt: at }]
  const rotated = { ...read, revision, ring: { version: 3, revision, keys }, updatedAt: at, dueAt: at }
  expect(await formerCommit(table, { ...rotated, changes: [change, ...read.changes] }, read.revision)).toBe('stored')
}

describe('a published key that a rotation by a function from before went past', () => {
  it('is over: it neither signs nor is mirrored, and another one can be published', async () => {
    const own = await bed()
    const { deps, item } = own
    await publish(deps)
    await rotateFormerly(own)
    expect((await item()).published).toBeDefined()
    await own.sweepAfter(60)
    const { ring, published, dueAt, settling } = await storedIn(deps)
    expect([idsOf(ring.keys), published, dueAt]).toEqual([['key_after'], null, settling.dailyLookAt])
    expect(await readSecrets(own)).toHaveLength(1)
    const keyId = await publish(deps)
    await promote(deps, keyId)
    expect(idsOf((await storedIn(deps)).ring.keys)).toEqual([keyId, 'key_after'])
  })
})

describe('a key that was given up and lost the mark of it to a function from before', () => {
  it('is not rolled back to', async () => {
    const own = await bed()
    const { deps } = own
    await giveUp(deps)
    await changeFormerly(own, { url: 'https://receiver.example/moved' })
    const endpoint = await storedIn(deps)
    expect(endpoint.ring.keys.map(({ abandoned }) => abandoned)).toEqual([undefined, undefined])
    const request = { endpoint, contract: keyturn, actor, idempotency: null, forced: true }
    await expect(rollBack(deps, request)).rejects.toMatchObject({ code: 'nothing-to-roll-back' })
  })
})

describe('a mirror that a function from before switched off while a key was published', () => {
  it('lets the key wait for somebody, and is not looked at again and again', async () => {
    const own = await bed()
    const { deps } = own
    const keyId = await publish(deps)
    await changeFormerly(own, { mirror: 'off' })
    for (let minute = 0; minute < 15; minute += 1) await own.sweepAfter(60)
    const { dueAt } = await storedIn(deps)
    expect(dueAt).toBeNull()
    expect((await storedIn(deps)).published?.key.id).toBe(keyId)
    await promote(deps, keyId)
    expect((await storedIn(deps)).ring.keys[0].id).toBe(keyId)
  })
})
