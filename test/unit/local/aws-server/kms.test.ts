import {
  CancelKeyDeletionCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  type KeyMetadata,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AwsServer, type AwsServerOptions, startAwsServer } from '../../../../local/aws-server/server'
import { refusalOf } from '../../../support/suites/secrets-manager/calls'
import { clientConfig } from './client-config'

const KeyId = 'alias/ring'
const Plaintext = Buffer.from('a secret')
const NOON = Date.parse('2026-11-28T12:00:00Z')
const EncryptionContext = { tenant: 't', endpoint: 'e', key: 'k' }

describe('KMS', () => {
  let folder: string
  let server: AwsServer
  let kms: KMSClient
  let clock = NOON

  async function start(options: Partial<AwsServerOptions> = {}): Promise<void> {
    server = await startAwsServer({ dataDir: folder, port: 0, now: () => new Date(clock), ...options })
    kms = new KMSClient(clientConfig(server.url))
  }
  async function stop(): Promise<void> {
    kms.destroy()
    await server.close()
  }
  async function sealed(input: object = {}): Promise<Uint8Array> {
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext, ...input }))
    return CiphertextBlob ?? new Uint8Array()
  }
  async function opened(CiphertextBlob: Uint8Array, input: object = {}): Promise<string> {
    const reply = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, ...input }))
    return Buffer.from(reply.Plaintext ?? []).toString()
  }

  async function describeKey(): Promise<KeyMetadata | undefined> {
    return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kms-'))
    await start()
  })
  afterAll(async () => {
    await stop()
    await rm(folder, { recursive: true })
  })

  it('opens what it sealed, whatever the order of the encryption context', async () => {
    const { key, endpoint, tenant } = EncryptionContext
    expect(await opened(await sealed(), { EncryptionContext: { key, endpoint, tenant } })).toBe('a secret')
  })

  it('names its key by an ARN, which serves as KeyId like the alias does', async () => {
    const encrypted = await kms.send(new EncryptCommand({ KeyId, Plaintext }))
    expect(encrypted.KeyId).toMatch(/^arn:aws:kms:eu-central-1:000000000000:key\/[0-9a-f-]{36}$/)
    const aliasArn = `arn:aws:kms:eu-central-1:000000000000:${KeyId}`
    for (const id of [KeyId, aliasArn, encrypted.KeyId, encrypted.KeyId?.split('/')[1]]) {
      expect((await kms.send(new EncryptCommand({ KeyId: id, Plaintext }))).KeyId).toBe(encrypted.KeyId)
      expect(await opened(encrypted.CiphertextBlob ?? new Uint8Array(), { KeyId: id, EncryptionContext: {} })).toBe(
        'a secret',
      )
    }
  })

  it('seals the same text differently every time', async () => {
    expect(Buffer.from(await sealed()).equals(await sealed())).toBe(false)
  })

  it.each([
    ['another value', { ...EncryptionContext, key: 'other' }],
    ['an entry more', { ...EncryptionContext, more: 'm' }],
    ['an entry less', { tenant: 't', endpoint: 'e' }],
    ['no entries', {}],
    ['values under each other’s names', { tenant: 'e', endpoint: 't', key: 'k' }],
  ])('a context with %s is InvalidCiphertextException', async (_what, context) => {
    const blob = await sealed()
    expect(await refusalOf(opened(blob, { EncryptionContext: context }))).toBe('InvalidCiphertextException')
  })

  it('a ciphertext with any byte changed, cut or added is InvalidCiphertextException', async () => {
    const blob = await sealed()
    const changed = Array.from(blob, (byte, at) => blob.with(at, byte ^ 1))
    const others = [blob.slice(0, -1), blob.slice(0, 40), Buffer.concat([blob, Buffer.from([0])])]
    const refusals = await Promise.all([...changed, ...others].map(other => refusalOf(opened(other))))
    expect(new Set(refusals)).toEqual(new Set(['InvalidCiphertextException']))
  })

  it('a ciphertext of another key is IncorrectKeyException when the KeyId is given', async () => {
    await sealed({ KeyId: 'alias/other' })
    expect(await refusalOf(opened(await sealed(), { KeyId: 'alias/other' }))).toBe('IncorrectKeyException')
  })

  it('an unknown key is NotFoundException when opening', async () => {
    const unknown = { KeyId: 'alias/never-used' }
    expect(await refusalOf(opened(await sealed(), unknown))).toBe('NotFoundException')
  })

  it('takes 4096 bytes and not one more, nor none', async () => {
    const longest = new Uint8Array(4096)
    expect(await opened(await sealed({ Plaintext: longest }))).toHaveLength(4096)
    for (const wrong of [new Uint8Array(4097), new Uint8Array()]) {
      expect(await refusalOf(sealed({ Plaintext: wrong }))).toBe('ValidationException')
    }
  })

  it('keeps its keys in a file that only its owner may read, and opens old ciphertexts after a restart', async () => {
    const blob = await sealed()
    const file = join(folder, 'kms-keys.json')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readFile(file, 'utf8')).not.toContain('a secret')
    await stop()
    await start()
    expect(await opened(blob)).toBe('a secret')
  })

  it('neither seals nor opens with a key that is disabled, and does again once it is enabled', async () => {
    const blob = await sealed()
    await kms.send(new DisableKeyCommand({ KeyId }))
    expect([await refusalOf(sealed()), await refusalOf(opened(blob))]).toEqual([
      'DisabledException',
      'DisabledException',
    ])
    await stop()
    await start()
    expect((await describeKey())?.KeyState).toBe('Disabled')
    await kms.send(new EnableKeyCommand({ KeyId }))
    expect(await opened(blob)).toBe('a secret')
  })

  it('neither seals nor opens with a key that is pending deletion, which is gone when that is over', async () => {
    const blob = await sealed()
    const { KeyId: id = '' } = (await describeKey()) ?? {}
    const schedule = () => kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }))
    expect(await schedule()).toMatchObject({ KeyState: 'PendingDeletion' })
    const sevenDays = 7 * 24 * 60 * 60 * 1000
    expect(Math.round(((await describeKey())?.DeletionDate?.getTime() ?? 0) / 1000)).toBe((NOON + sevenDays) / 1000)
    const calls = [sealed(), opened(blob), schedule(), kms.send(new DisableKeyCommand({ KeyId }))]
    expect(new Set(await Promise.all(calls.map(refusalOf)))).toEqual(new Set(['KMSInvalidStateException']))
    clock += sevenDays
    expect(await refusalOf(opened(blob))).toBe('InvalidCiphertextException')
    expect(await refusalOf(sealed({ KeyId: id }))).toBe('NotFoundException')
    const { KeyId: next } = (await describeKey()) ?? {}
    expect(next).not.toBe(id)
  })

  it('leaves a key whose deletion was cancelled disabled', async () => {
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }))
    await kms.send(new CancelKeyDeletionCommand({ KeyId }))
    expect((await describeKey())?.KeyState).toBe('Disabled')
    expect(await refusalOf(kms.send(new CancelKeyDeletionCommand({ KeyId })))).toBe('KMSInvalidStateException')
    await kms.send(new EnableKeyCommand({ KeyId }))
  })

  it.each([6, 31])('waits for no deletion %i days', async PendingWindowInDays => {
    const scheduled = kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }))
    expect(await refusalOf(scheduled)).toBe('ValidationException')
  })

  it('knows no other keys than it was given', async () => {
    await stop()
    await start({ dataDir: null, kmsKeyIds: [KeyId] })
    expect(await opened(await sealed())).toBe('a secret')
    expect(await refusalOf(sealed({ KeyId: 'alias/unknown' }))).toBe('NotFoundException')
    await stop()
    await start()
  })
})
