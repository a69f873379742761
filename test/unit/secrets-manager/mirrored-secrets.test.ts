import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from '@jest/globals'
import { inspect } from 'node:util'
import { secretsManagerClient } from '../../../src/aws/clients'
import { mirroredSecrets } from '../../../src/secrets-manager'
import { closeAfterEach } from '../aws/close-after-each'
import { clientOptions } from '../aws/embedded-aws'
import { startScriptedAws } from '../aws/scripted-aws'
import { after, documentOf, type Harness, NOON, secretId, secretText, startHarness } from './harness'

const closing = closeAfterEach()

async function start(text?: string): Promise<Harness> {
  const harness = closing(await startHarness())
  if (text !== undefined) await harness.create(text)
  return harness
}

const noMatch = expect.objectContaining({ code: 'no-matching-signature' })
const unavailable = expect.objectContaining({ name: 'SecretsUnavailableError' })

describe('mirroredSecrets', () => {
  it('verifies with every key of the document, and reads it once', async () => {
    const harness = await start(documentOf({ n: 2 }, { n: 1, expiresAt: after(60).toISOString() }))
    const secrets = harness.open()
    await Promise.all([harness.deliver(secrets, 2), harness.deliver(secrets, 1), harness.deliver(secrets, 2)])
    expect(await secrets.live()).toEqual([secretText(2), secretText(1)])
    expect(harness.reads()).toBe(1)
  })

  it('refuses a key from the instant at which it expires', async () => {
    const harness = await start(documentOf({ n: 2 }, { n: 1, expiresAt: after(60).toISOString() }))
    const secrets = harness.open()
    harness.setNow(after(59.999))
    await harness.deliver(secrets, 1)
    harness.setNow(after(60))
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(noMatch)
    await harness.deliver(secrets, 2)
  })

  it('counts a malformed expiry as expired', async () => {
    const harness = await start(documentOf({ n: 3 }, { n: 2, expiresAt: 'soon' }, { n: 1, expiresAt: '9999' }))
    expect(await harness.open().live()).toEqual([secretText(3)])
  })

  it('refreshes once when nothing matched, and finds the new key', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    await Promise.all([harness.deliver(secrets, 2), harness.deliver(secrets, 2), harness.deliver(secrets, 2)])
    expect(harness.reads()).toBe(3)
  })

  it('asks for a forged delivery once in an interval, however many there are', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open({ mismatchIntervalSeconds: 10 })
    await harness.deliver(secrets, 1)
    for (let forged = 0; forged < 20; forged += 1) {
      await expect(harness.deliver(secrets, 9)).rejects.toEqual(noMatch)
    }
    expect(harness.reads()).toBe(3)
    harness.setNow(after(10))
    await expect(harness.deliver(secrets, 9)).rejects.toEqual(noMatch)
    expect(harness.reads()).toBe(5)
  })

  it('does not ask for a delivery that is stale or incomplete', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await expect(harness.deliver(secrets, 1, { now: after(301) })).rejects.toMatchObject({ code: 'stale-timestamp' })
    await expect(secrets.verify('{}', {})).rejects.toMatchObject({ code: 'missing-header' })
    expect(harness.reads()).toBe(1)
  })

  it('takes a key that is still pending once it is needed, and until it is current', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open({ maxAgeSeconds: 60 })
    const pending = await harness.put(documentOf({ n: 2 }), 'AWSPENDING')
    expect(await secrets.live()).toEqual([secretText(1)])
    await harness.deliver(secrets, 2)
    await harness.deliver(secrets, 1)
    harness.setNow(after(61))
    expect(await secrets.live()).toEqual([secretText(2), secretText(1)])
    await harness.move('AWSCURRENT', await currentVersion(harness), pending)
    harness.setNow(after(122))
    expect(await secrets.live()).toEqual([secretText(2)])
  })

  it('finds the new current key also where AWSPENDING is denied, and reports that it is', async () => {
    const harness = await start(documentOf({ n: 1 }))
    harness.deny('AWSPENDING')
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    await harness.deliver(secrets, 2)
    expect(harness.errors).toEqual([expect.objectContaining({ name: 'AccessDeniedException' })])
    expect(harness.reads()).toBe(3)
  })

  it('finds the new current key also where AWSPENDING is no document, and reports that it is none', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    await harness.put('{"keyturn":"not rotated yet"}', 'AWSPENDING')
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    await harness.deliver(secrets, 2)
    expect(harness.errors).toEqual([unavailable])
  })

  it('never reads a document from AWSPREVIOUS', async () => {
    const harness = await start(documentOf({ n: 1 }))
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    const secrets = harness.open({ previousMaxAgeSeconds: 3600 })
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(noMatch)
    await harness.put(secretText(3), 'AWSCURRENT')
    const plain = harness.open({ previousMaxAgeSeconds: 3600 })
    expect(await plain.live()).toEqual([secretText(3)])
  })
})

describe('a plain secret', () => {
  it('is good from AWSPREVIOUS for the configured time after the next one was stored', async () => {
    const harness = await start(secretText(1))
    harness.setNow(after(100))
    await harness.put(secretText(2), 'AWSCURRENT')
    const secrets = harness.open({ previousMaxAgeSeconds: 60, maxAgeSeconds: 1000 })
    expect(await secrets.live()).toEqual([secretText(2), secretText(1)])
    harness.setNow(after(160))
    expect(await secrets.live()).toEqual([secretText(2)])
  })

  it.each(['denied', 'no document'])('is good while AWSPREVIOUS is %s, which is reported', async fault => {
    const harness = await start(fault === 'denied' ? secretText(1) : '{"keyturn":"not rotated yet"}')
    if (fault === 'denied') harness.deny('AWSPREVIOUS')
    await harness.put(secretText(2), 'AWSCURRENT')
    expect(await harness.open({ previousMaxAgeSeconds: 60 }).live()).toEqual([secretText(2)])
    expect(harness.errors.length).toBe(1)
  })

  it('is not read from AWSPREVIOUS unless that is asked for', async () => {
    const harness = await start(secretText(1))
    await harness.put(secretText(2), 'AWSCURRENT')
    expect(await harness.open().live()).toEqual([secretText(2)])
    expect(harness.reads()).toBe(1)
  })
})

describe('the cache', () => {
  it('refreshes in the background from half its age on, and waits when it is older', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open({ maxAgeSeconds: 300 })
    await secrets.live()
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    harness.setNow(after(149))
    expect(await secrets.live()).toEqual([secretText(1)])
    expect(harness.reads()).toBe(1)
    harness.setNow(after(150))
    expect(await secrets.live()).toEqual([secretText(1)])
    await untilTrue(async () => (await secrets.live())[0] === secretText(2))
    expect(harness.reads()).toBe(2)
    await harness.put(documentOf({ n: 3 }), 'AWSCURRENT')
    harness.setNow(after(451))
    expect(await secrets.live()).toEqual([secretText(3)])
  })

  it('goes on with unexpired keys while Secrets Manager is down, and asks it once a second', async () => {
    const harness = await start(documentOf({ n: 2 }, { n: 1, expiresAt: after(600).toISOString() }))
    const secrets = harness.open({ maxAgeSeconds: 300 })
    await secrets.live()
    harness.setDown(true)
    harness.setNow(after(400))
    await Promise.all([harness.deliver(secrets, 2), harness.deliver(secrets, 1)])
    await harness.deliver(secrets, 2)
    expect(harness.reads()).toBe(2)
    harness.setNow(after(601))
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(noMatch)
    expect(harness.errors.length).toBe(harness.reads() - 1)
    harness.setDown(false)
    harness.setNow(after(602))
    await harness.deliver(secrets, 2)
  })

  it('fails without a secret, and works as soon as there is one', async () => {
    const harness = await start()
    const secrets = harness.open()
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(unavailable)
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(unavailable)
    expect(harness.reads()).toBe(1)
    await harness.create(documentOf({ n: 1 }))
    harness.setNow(after(1))
    await harness.deliver(secrets, 1)
  })

  it('fails while every key has expired, and works as soon as one has not', async () => {
    const harness = await start(documentOf({ n: 1, expiresAt: NOON.toISOString() }))
    const secrets = harness.open()
    await expect(secrets.live()).rejects.toEqual(unavailable)
    await expect(harness.deliver(secrets, 1)).rejects.toEqual(unavailable)
    expect(harness.reads()).toBe(1)
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    harness.setNow(after(1))
    await harness.deliver(secrets, 2)
  })

  it.each(['{}', '[]', '{"keys":[]}', '{"keys":[{"secret":""}]}', '{"keys":["whsec_"]}', '{"password":"x"}'])(
    'does not take the JSON %s for a secret',
    async text => {
      const harness = await start(text)
      await expect(harness.open().live()).rejects.toEqual(unavailable)
    },
  )

  it('gives up a call that is not answered in time', async () => {
    const server = closing(await startScriptedAws(() => null))
    const client = secretsManagerClient(clientOptions(server.url))
    await expect(mirroredSecrets({ secretId, client, timeoutMs: 500 }).live()).rejects.toMatchObject({
      name: 'AbortError',
    })
    client.destroy()
    expect(server.calls).toEqual(['GetSecretValue'])
  })

  it('does not print its secrets', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await secrets.live()
    expect(inspect(secrets, { depth: 9, showHidden: true })).not.toContain('whsec_')
    expect(JSON.stringify(secrets)).toBe('{}')
  })

  it('refuses lengths of time that are none', () => {
    const client = secretsManagerClient()
    for (const wrong of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(() => mirroredSecrets({ secretId, client, maxAgeSeconds: wrong })).toThrow(RangeError)
    }
  })
})

async function currentVersion({ client }: Harness): Promise<string> {
  const { VersionId } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
  return VersionId ?? ''
}

async function untilTrue(check: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200; look += 1) {
    if (await check()) return
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  throw new Error(`not within a second, at ${NOON.toISOString()}`)
}

describe('refresh', () => {
  it('reads a young cache anew: a key that was promoted verifies, and one that was revoked no more', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    await harness.put(documentOf({ n: 2 }), 'AWSCURRENT')
    await harness.deliver(secrets, 1)
    await secrets.refresh()
    expect(await secrets.live()).toEqual([secretText(2)])
    expect(harness.reads()).toBe(2)
    await harness.deliver(secrets, 2)
    expect(harness.reads()).toBe(2)
  })

  it('is the first read where nothing was read before', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await secrets.refresh()
    await harness.deliver(secrets, 1)
    expect(harness.reads()).toBe(1)
  })

  it('does not count a read that began before, and is shared by all who ask meanwhile', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    const first = secrets.live()
    await Promise.all([first, secrets.refresh(), secrets.refresh(), secrets.refresh()])
    expect(harness.reads()).toBe(2)
  })

  it('that fails says so and tells onError, and the cached secrets go on', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await harness.deliver(secrets, 1)
    harness.setDown(true)
    const told = await secrets.refresh().catch((error: unknown) => error)
    expect(told).toBeInstanceOf(Error)
    expect(harness.errors).toEqual([told])
    await harness.deliver(secrets, 1)
    harness.setDown(false)
    await secrets.refresh()
    expect(harness.errors).toHaveLength(1)
  })

  it('reads along what is pending only while that was needed', async () => {
    const harness = await start(documentOf({ n: 1 }))
    const secrets = harness.open()
    await harness.put(documentOf({ n: 2 }), 'AWSPENDING')
    await secrets.refresh()
    expect(await secrets.live()).toEqual([secretText(1)])
    await harness.deliver(secrets, 2)
    await secrets.refresh()
    expect(await secrets.live()).toEqual([secretText(2), secretText(1)])
  })
})
