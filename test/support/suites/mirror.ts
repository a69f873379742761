import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Secret } from '../../../src/core/secret'
import type { Mirror, MirrorDescription, MirrorPolicy, MirrorVersion } from '../../../src/rotation/ports'
import { aborted, unhurried } from './signals'

export interface RunningMirror {
  readonly mirror: Mirror
  /** What a reader gets under a label; null: nothing. */
  read(name: string, label: string): Promise<ReadVersion | null>
  /** Attaches some resource policy. */
  attachPolicy(name: string): Promise<void>
  hasPolicy(name: string): Promise<boolean>
  /** Makes a secret as somebody else would: with a value, a policy, tags and a KMS key of their own. */
  squat(name: string): Promise<void>
  /** Schedules the deletion of the KMS key of those secrets that somebody else made. */
  endOtherKey(): Promise<void>
  /** Whether the secret has Keyturn's tags and KMS key, and no others. */
  isOurs(name: string): Promise<boolean>
  close(): Promise<void>
}

export interface ReadVersion {
  readonly versionId: string
  readonly document: string
}

const name = 'keyturn/test/org_1/ep_1'

/** The version id of a revision. */
export function versionId(revision: number): string {
  return `${String(revision).padStart(10, '0')}-${'0'.repeat(32)}`
}

/** As a secret with Keyturn's KMS key is described. */
function own(over: Partial<MirrorDescription>): MirrorDescription {
  return { currentVersionId: null, deleted: false, hasOwnKey: true, ...over }
}

function documentOf(revision: number): string {
  return JSON.stringify({ version: revision })
}

function sampleVersion(revision: number, document = documentOf(revision)): MirrorVersion {
  return { name, versionId: versionId(revision), document: new Secret(document) }
}

/** What every mirror does. `start` gives one without secrets. */
export function mirrorSuite(start: () => Promise<RunningMirror>): void {
  let running: RunningMirror
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())
  const using = (): RunningMirror => running

  describe('create', () => {
    create(using)
  })
  describe('takeOver', () => {
    takeOver(using)
  })
  describe('putAside', () => {
    putAside(using)
  })
  describe('moveCurrent', () => {
    moveCurrent(using)
  })
  describe('deletion', () => {
    deletion(using)
  })
  describe('putPolicy', () => {
    putPolicy(using)
  })
  describe('removePolicy', () => {
    removePolicy(using)
  })
}

type Using = () => RunningMirror

function move(using: Using, from: number, to: number): Promise<'moved' | 'mismatch'> {
  return using().mirror.moveCurrent({ name, from: versionId(from), to: versionId(to) }, unhurried)
}

/** A mirror with these revisions, of which the first is current and the last is put aside. */
async function made(using: Using, ...[first, ...others]: readonly [number, ...number[]]): Promise<Mirror> {
  const { mirror } = using()
  expect(await mirror.create(sampleVersion(first), unhurried)).toBe('created')
  for (const revision of others) expect(await mirror.putAside(sampleVersion(revision), unhurried)).toBe('put-aside')
  return mirror
}

async function revisionAt(using: Using, label: string): Promise<number | null> {
  const found = await using().read(name, label)
  if (found === null) return null
  const revision = Number(found.versionId.slice(0, 10))
  expect(found.document).toBe(documentOf(revision))
  return revision
}

function create(using: Using): void {
  it('makes the first version current', async () => {
    const mirror = await made(using, 1)
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
    expect(await mirror.describe(name, unhurried)).toEqual(own({ currentVersionId: versionId(1) }))
  })

  it('says that a name is taken, and changes nothing', async () => {
    const mirror = await made(using, 1)
    expect(await mirror.create(sampleVersion(2), unhurried)).toBe('exists')
    expect(await mirror.create(sampleVersion(1, 'another'), unhurried)).toBe('exists')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
  })

  it('says that a name is taken by a deleted secret', async () => {
    const mirror = await made(using, 1)
    await mirror.scheduleDeletion(name, unhurried)
    expect(await mirror.create(sampleVersion(1), unhurried)).toBe('deleted')
    expect(await mirror.create(sampleVersion(2), unhurried)).toBe('deleted')
    expect(await mirror.describe(name, unhurried)).toEqual(own({ currentVersionId: versionId(1), deleted: true }))
  })

  it('is repeatable and moves no label then', async () => {
    const mirror = await made(using, 1, 2)
    await move(using, 1, 2)
    expect(await mirror.create(sampleVersion(1), unhurried)).toBe('created')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(2)
  })

  it('makes nothing after the signal has aborted', async () => {
    const { mirror } = using()
    await expect(mirror.create(sampleVersion(1), aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await mirror.describe(name, unhurried)).toBeNull()
  })
}

function takeOver(using: Using): void {
  it('makes a secret Keyturn’s that somebody else made: policy, tags and KMS key', async () => {
    const { mirror } = using()
    await using().squat(name)
    expect(await mirror.create(sampleVersion(1), unhurried)).toBe('exists')
    expect([await using().isOurs(name), await using().hasPolicy(name)]).toEqual([false, true])
    expect(await mirror.takeOver(name, unhurried)).toBe('taken-over')
    expect([await using().isOurs(name), await using().hasPolicy(name)]).toEqual([true, false])
  })

  it('is repeatable, and leaves values and labels as they are', async () => {
    const mirror = await made(using, 1, 2)
    expect(await mirror.takeOver(name, unhurried)).toBe('taken-over')
    expect(await mirror.takeOver(name, unhurried)).toBe('taken-over')
    expect([await revisionAt(using, 'AWSCURRENT'), await revisionAt(using, 'KEYTURN_STAGED')]).toEqual([1, 2])
    expect(await using().isOurs(name)).toBe(true)
  })

  it('says that the secret is missing or deleted', async () => {
    expect(await using().mirror.takeOver(name, unhurried)).toBe('missing')
    const mirror = await made(using, 1)
    await mirror.scheduleDeletion(name, unhurried)
    expect(await mirror.takeOver(name, unhurried)).toBe('deleted')
  })

  it('takes nothing after the signal has aborted', async () => {
    await using().squat(name)
    await expect(using().mirror.takeOver(name, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await using().isOurs(name)).toBe(false)
  })
}

function putAside(using: Using): void {
  it('stores a version beside the current one', async () => {
    await made(using, 1, 2)
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBe(2)
    expect(await revisionAt(using, 'AWSPREVIOUS')).toBeNull()
  })

  it('leaves a version that is stored already as it is', async () => {
    const mirror = await made(using, 1, 2, 3)
    expect(await mirror.putAside(sampleVersion(2), unhurried)).toBe('put-aside')
    expect(await mirror.putAside(sampleVersion(3, 'another'), unhurried)).toBe('put-aside')
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBe(3)
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
  })

  it('says that the secret is missing or deleted', async () => {
    expect(await using().mirror.putAside(sampleVersion(1), unhurried)).toBe('missing')
    const mirror = await made(using, 1)
    await mirror.scheduleDeletion(name, unhurried)
    expect(await mirror.putAside(sampleVersion(2), unhurried)).toBe('deleted')
    await mirror.restore(name, unhurried)
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBeNull()
  })

  it('says that the secret has another KMS key that is pending deletion, until it is taken over', async () => {
    const { mirror } = using()
    await using().squat(name)
    await using().endOtherKey()
    expect(await mirror.putAside(sampleVersion(1), unhurried)).toBe('other-key')
    expect(await mirror.describe(name, unhurried)).toMatchObject({ deleted: false, hasOwnKey: false })
    await mirror.takeOver(name, unhurried)
    expect(await mirror.describe(name, unhurried)).toMatchObject({ hasOwnKey: true })
    expect(await mirror.putAside(sampleVersion(1), unhurried)).toBe('put-aside')
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBe(1)
    expect(await revisionAt(using, 'AWSCURRENT')).toBeNull()
  })

  it('puts nothing aside after the signal has aborted', async () => {
    const mirror = await made(using, 1)
    await expect(mirror.putAside(sampleVersion(2), aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBeNull()
  })
}

function moveCurrent(using: Using): void {
  it('moves AWSCURRENT, and AWSPREVIOUS follows', async () => {
    const mirror = await made(using, 1, 2)
    expect(await move(using, 1, 2)).toBe('moved')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(2)
    expect(await revisionAt(using, 'AWSPREVIOUS')).toBe(1)
    expect(await mirror.describe(name, unhurried)).toEqual(own({ currentVersionId: versionId(2) }))
  })

  it('moves nothing when another version is current', async () => {
    await made(using, 1, 2, 3)
    expect(await move(using, 2, 3)).toBe('mismatch')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
    expect(await revisionAt(using, 'AWSPREVIOUS')).toBeNull()
  })

  it('changes nothing when it arrives a second time', async () => {
    await made(using, 1, 2)
    await move(using, 1, 2)
    expect(await move(using, 1, 2)).toBe('mismatch')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(2)
    expect(await revisionAt(using, 'AWSPREVIOUS')).toBe(1)
  })

  it('lets one of two moves from the same version win', async () => {
    await made(using, 1, 2, 3)
    const outcomes = await Promise.all([move(using, 1, 2), move(using, 1, 3)])
    expect(outcomes.toSorted()).toEqual(['mismatch', 'moved'])
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(outcomes[0] === 'moved' ? 2 : 3)
  })

  it('reaches a version that has no label any more', async () => {
    await made(using, 1, 2, 3)
    expect(await move(using, 1, 2)).toBe('moved')
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(2)
  })

  it('rejects for a version that was never stored, a missing and a deleted secret', async () => {
    await expect(move(using, 1, 2)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    const mirror = await made(using, 1, 2)
    await expect(move(using, 1, 3)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await mirror.scheduleDeletion(name, unhurried)
    await expect(move(using, 1, 2)).rejects.toMatchObject({ name: 'InvalidRequestException' })
    await mirror.restore(name, unhurried)
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
  })

  it('moves nothing after the signal has aborted', async () => {
    const mirror = await made(using, 1, 2)
    const move = { name, from: versionId(1), to: versionId(2) }
    await expect(mirror.moveCurrent(move, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
  })
}

function deletion(using: Using): void {
  it('is null to describe and missing to delete where there is no secret', async () => {
    const { mirror } = using()
    expect(await mirror.describe(name, unhurried)).toBeNull()
    expect(await mirror.scheduleDeletion(name, unhurried)).toBe('missing')
  })

  it('hides the secret from readers, and counts as scheduled when it comes again', async () => {
    const mirror = await made(using, 1)
    expect(await mirror.scheduleDeletion(name, unhurried)).toBe('scheduled')
    expect(await mirror.scheduleDeletion(name, unhurried)).toBe('scheduled')
    expect(await revisionAt(using, 'AWSCURRENT')).toBeNull()
    expect(await mirror.describe(name, unhurried)).toEqual(own({ currentVersionId: versionId(1), deleted: true }))
  })

  it('is undone by a restore, with all versions and labels', async () => {
    const mirror = await made(using, 1, 2)
    await mirror.scheduleDeletion(name, unhurried)
    await mirror.restore(name, unhurried)
    await mirror.restore(name, unhurried)
    expect(await mirror.describe(name, unhurried)).toEqual(own({ currentVersionId: versionId(1) }))
    expect(await revisionAt(using, 'AWSCURRENT')).toBe(1)
    expect(await revisionAt(using, 'KEYTURN_STAGED')).toBe(2)
  })

  it('that is undone leaves the secret its KMS key', async () => {
    const { mirror } = using()
    await using().squat(name)
    await mirror.scheduleDeletion(name, unhurried)
    await mirror.restore(name, unhurried)
    expect(await mirror.describe(name, unhurried)).toMatchObject({ deleted: false, hasOwnKey: false })
  })

  it('cannot be undone for a secret that is missing', async () => {
    const restored = using().mirror.restore(name, unhurried)
    await expect(restored).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('neither schedules nor restores after the signal has aborted', async () => {
    const mirror = await made(using, 1)
    await expect(mirror.scheduleDeletion(name, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect((await mirror.describe(name, unhurried))?.deleted).toBe(false)
    await mirror.scheduleDeletion(name, unhurried)
    await expect(mirror.restore(name, aborted)).rejects.toMatchObject({ name: 'AbortError' })
    expect((await mirror.describe(name, unhurried))?.deleted).toBe(true)
  })
}

function removePolicy(using: Using): void {
  it('takes the policy away, and does nothing when there is none', async () => {
    const mirror = await made(using, 1)
    await using().attachPolicy(name)
    expect(await using().hasPolicy(name)).toBe(true)
    await mirror.removePolicy(name, unhurried)
    expect(await using().hasPolicy(name)).toBe(false)
    await mirror.removePolicy(name, unhurried)
  })

  it('does nothing where the secret is missing or deleted', async () => {
    await using().mirror.removePolicy(name, unhurried)
    const mirror = await made(using, 1)
    await mirror.scheduleDeletion(name, unhurried)
    await mirror.removePolicy(name, unhurried)
    expect((await mirror.describe(name, unhurried))?.deleted).toBe(true)
  })
}

function putPolicy(using: Using): void {
  const policy = { name, consumers: ['123456789012', 'arn:aws:iam::123456789012:role/reader'] }

  it('gives the secret a policy, also in place of another one', async () => {
    const { mirror } = using()
    await mirror.create(sampleVersion(1), unhurried)
    expect(await mirror.putPolicy(policy, unhurried)).toBe('put')
    await mirror.putPolicy({ ...policy, consumers: ['210987654321'] }, unhurried)
    expect(await using().hasPolicy(name)).toBe(true)
  })

  it('is told from another policy and from none', async () => {
    const { mirror } = using()
    await mirror.create(sampleVersion(1), unhurried)
    const nobody = { name, consumers: [] }
    const isShared = async (...policies: readonly MirrorPolicy[]) =>
      Promise.all(policies.map(each => mirror.isSharedWith(each, unhurried)))
    expect(await isShared(policy, nobody)).toEqual([false, true])
    await mirror.putPolicy(policy, unhurried)
    const fewer = { name, consumers: policy.consumers.slice(1) }
    expect(await isShared(policy, fewer, nobody)).toEqual([true, false, false])
    await using().attachPolicy(name)
    expect(await isShared(policy, fewer, nobody)).toEqual([false, false, false])
    await expect(mirror.isSharedWith(policy, aborted)).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('fails where there is no secret, and when it is aborted', async () => {
    await expect(using().mirror.putPolicy(policy, unhurried)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    await expect(using().mirror.putPolicy(policy, aborted)).rejects.toMatchObject({ name: 'AbortError' })
  })
}
