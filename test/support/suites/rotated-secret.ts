import { afterEach, expect, it } from '@jest/globals'
import { Secret } from '../../../src/core/secret'
import type { RotatedSecret } from '../../../src/rotation-hook/ports'

export interface RunningRotatedSecret {
  readonly rotatedSecret: RotatedSecret
  readonly secretId: string
  /** Has AWSCURRENT and the value `first`. */
  readonly firstVersion: string
  /** What Secrets Manager does before createSecret, after whatever is pending was cancelled. */
  readonly begin: (versionId: string) => Promise<void>
  close(): Promise<void>
}

const one = 'a'.repeat(32)
const two = 'b'.repeat(32)

/** What the rotation hook relies on, whoever keeps the secret. */
export function rotatedSecretSuite(start: () => Promise<RunningRotatedSecret>): void {
  const running: RunningRotatedSecret[] = []
  const started = async (): Promise<RunningRotatedSecret> => {
    const secret = await start()
    running.push(secret)
    return secret
  }
  afterEach(async () => {
    for (const secret of running.splice(0)) await secret.close()
  })
  versionRules(started)
  labelRules(started)
  tagRules(started)
}

function versionRules(start: () => Promise<RunningRotatedSecret>): void {
  it('has a pending version without a value before createSecret', async () => {
    const { rotatedSecret, secretId, firstVersion, begin } = await start()
    await begin(one)
    expect(await rotatedSecret.read(secretId, one)).toBeNull()
    expect((await rotatedSecret.read(secretId, firstVersion))?.text.reveal()).toBe('first')
    const { labels, rotationEnabled } = await rotatedSecret.describe(secretId)
    expect({ labels, rotationEnabled }).toEqual({
      labels: { [firstVersion]: ['AWSCURRENT'], [one]: ['AWSPENDING'] },
      rotationEnabled: true,
    })
  })

  it('takes a version’s value once: the same again is stored already, another differs', async () => {
    const { rotatedSecret, secretId, begin } = await start()
    await begin(one)
    const outcomes = []
    for (const text of ['new', 'new', 'other'])
      outcomes.push(await rotatedSecret.putPending(secretId, one, new Secret(text)))
    expect(outcomes).toEqual(['stored', 'stored', 'differs'])
    expect((await rotatedSecret.read(secretId, one))?.text.reveal()).toBe('new')
  })
}

function labelRules(start: () => Promise<RunningRotatedSecret>): void {
  it('moves AWSCURRENT only from the version that has it, and leaves AWSPREVIOUS there', async () => {
    const { rotatedSecret, secretId, firstVersion, begin } = await start()
    await begin(one)
    await rotatedSecret.putPending(secretId, one, new Secret('new'))
    const move = { from: firstVersion, to: one }
    expect(await rotatedSecret.moveCurrent(secretId, { from: one, to: one })).toBe('mismatch')
    expect(await rotatedSecret.moveCurrent(secretId, move)).toBe('moved')
    expect(await rotatedSecret.moveCurrent(secretId, move)).toBe('mismatch')
    const { labels } = await rotatedSecret.describe(secretId)
    expect(labels[one]).toContain('AWSCURRENT')
    expect(labels[firstVersion]).toEqual(['AWSPREVIOUS'])
  })

  it('gives AWSPENDING to the version that is begun, or put, last', async () => {
    const { rotatedSecret, secretId, firstVersion, begin } = await start()
    await begin(one)
    await begin(two)
    expect((await rotatedSecret.describe(secretId)).labels).toEqual({
      [firstVersion]: ['AWSCURRENT'],
      [two]: ['AWSPENDING'],
    })
    await rotatedSecret.putPending(secretId, one, new Secret('late'))
    expect((await rotatedSecret.describe(secretId)).labels).toEqual({
      [firstVersion]: ['AWSCURRENT'],
      [one]: ['AWSPENDING'],
    })
  })
}

function tagRules(start: () => Promise<RunningRotatedSecret>): void {
  it('keeps one value of a tag, and takes it away again and again', async () => {
    const { rotatedSecret, secretId } = await start()
    await rotatedSecret.tag(secretId, 'keyturn:intent:1', 'a')
    await rotatedSecret.tag(secretId, 'keyturn:intent:2', 'b')
    await rotatedSecret.tag(secretId, 'keyturn:intent:1', 'c')
    expect((await rotatedSecret.describe(secretId)).tags).toEqual({ 'keyturn:intent:1': 'c', 'keyturn:intent:2': 'b' })
    for (const name of ['keyturn:intent:1', 'keyturn:intent:1']) await rotatedSecret.untag(secretId, name)
    expect((await rotatedSecret.describe(secretId)).tags).toEqual({ 'keyturn:intent:2': 'b' })
  })
}
