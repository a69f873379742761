import { type ClientOptions, type KeyturnClient, keyturnClient, KeyturnError, type RotateReply } from 'keyturn/client'

// Runs in Node, in workerd, and in a browser's globals: the client as it is installed, and nothing else.

export interface Given {
  /** Of the API; below it, `/lossy`, `/hanging` and `/redirecting` are the same with a fault. */
  readonly baseUrl: string
  readonly credential: string
  readonly tenantId: string
  /** An API key for all tenants, which may make others. */
  readonly platformCredential: string
  /** Where the endpoint's deliveries go. */
  readonly receiver: string
  /** Tells this run's events from others. */
  readonly name: string
}

export interface Driven {
  /** What stands out of each operation's reply. */
  readonly replies: Readonly<Record<string, unknown>>
  /** The codes of what was refused, or got no answer. */
  readonly failures: Readonly<Record<string, string>>
  /** Whether the repeat of a rotation whose reply was lost gave a secret, and one key more. */
  readonly replayed: { readonly isSecret: boolean; readonly keysMade: number }
}

export async function drive(given: Given): Promise<Driven> {
  const client = keyturnClient(optionsOf(given))
  const { endpoint } = await client.create({ url: given.receiver, eventTypes: ['*'], name: given.name })
  const replies = {
    ...(await driveSettings(client, endpoint.id)),
    ...(await driveKeys(client, endpoint.id)),
    ...(await driveDeliveries(client, endpoint.id, given)),
    ...(await driveApiKeys(given)),
    ...(await drivePortalSessions(client)),
  }
  const replayed = await rotateLossy(given, endpoint.id)
  const failures = await driveFailures(given, endpoint.id)
  await client.delete(endpoint.id)
  return { replies, replayed, failures: { ...failures, deleted: await codeOf(client.get(endpoint.id)) } }
}

function optionsOf({ baseUrl, credential, tenantId }: Given): ClientOptions {
  return { baseUrl, credential, tenantId }
}

async function driveSettings(client: KeyturnClient, id: string): Promise<Record<string, unknown>> {
  const { status } = await client.health()
  const read = await client.get(id)
  const { description } = await client.update(id, { description: 'Driven' })
  const { data } = await client.list({ limit: 1 })
  let listed = false
  for await (const endpoint of client.listAll({ limit: 1 })) listed ||= endpoint.id === id
  return { health: status, get: read.id === id, update: description, list: data.length, listAll: listed }
}

async function driveKeys(client: KeyturnClient, id: string): Promise<Record<string, unknown>> {
  const first = await client.rotate(id, { signing: 'manual', reason: 'a first try' })
  const { abandonedKeyId } = await client.abandon(id, { keyId: first.keyId })
  const second = await client.rotate(id, { signing: 'manual' })
  const promoted = await client.promote(id, { keyId: second.keyId, force: true })
  const back = await client.rollBack(id, { force: true })
  await client.promote(id, { keyId: second.keyId, force: true })
  const { revokedKeyIds } = await client.revokePrevious(id)
  const { signingKeyId, keys } = await client.secretState(id)
  const { data: rotations } = await client.rotations(id, { limit: 100 })
  const { data: records } = await client.tenantAudit({ limit: 5 })
  const kinds = new Set<string>()
  for await (const { kind } of client.auditAll(id, { limit: 2 })) kinds.add(kind)
  return {
    rotate: [isSecret(first), isSecret(second), first.state],
    abandon: abandonedKeyId === first.keyId,
    promote: promoted.signingKeyId === second.keyId,
    rollBack: back.publishedKeyId === second.keyId,
    revokePrevious: revokedKeyIds.length > 0,
    secretState: [signingKeyId === second.keyId, keys.length],
    rotations: rotations.some(({ reason }) => reason === 'a first try'),
    audit: [...kinds].sort(),
    tenantAudit: records.length,
  }
}

/** A code is for the portal's own page: from anywhere else it is refused. */
async function drivePortalSessions(client: KeyturnClient): Promise<Record<string, unknown>> {
  const { kind } = await client.session()
  const { id, url } = await client.createPortalSession({ subject: 'user-7', scopes: ['read'] })
  const code = new URL(url).hash.slice(1)
  const nonce = 'n'.repeat(43)
  const refused = [
    await codeOf(client.describePortalSession({ code })),
    await codeOf(client.exchangePortalSession({ code, nonce })),
  ]
  await client.endPortalSession(id)
  await client.endPortalSessions({ subject: 'user-7' })
  const endedTwice = await client.endPortalSession(id).then(() => true)
  return { session: kind, createPortalSession: endedTwice, exchangePortalSession: refused }
}

/** At a tenant of its own, whose credentials all end. */
async function driveApiKeys(given: Given): Promise<Record<string, unknown>> {
  const { platformCredential, name } = given
  const client = keyturnClient({ ...optionsOf(given), credential: platformCredential })
  const tenant = `driven-${name}`
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  const asked = { name, tenantIds: [tenant], permissions: ['endpoints:read'], expiresAt } as const
  const first = await client.createApiKey(asked)
  const second = await client.createApiKey(asked)
  const { data } = await client.listApiKeys({ tenant })
  await client.revokeApiKey(first.id)
  const { endedApiKeyIds } = await client.endCredentials(tenant)
  return {
    createApiKey: first.apiKey.startsWith('kt_'),
    listApiKeys: data.map(({ id }) => id).includes(second.id),
    endCredentials: endedApiKeyIds.includes(second.id) && !endedApiKeyIds.includes(first.id),
  }
}

function isSecret({ signingSecret }: RotateReply): boolean {
  return /^whsec_[A-Za-z0-9+/]{43}=$/.test(signingSecret)
}

async function driveDeliveries(client: KeyturnClient, id: string, { name }: Given): Promise<Record<string, unknown>> {
  const event = { id: `evt_${name}`, type: 'thing.happened', payload: { text: 'Zoë 🦊' } }
  const published = await client.publish(event)
  const delivery = await firstDelivery(client, id)
  const { data: attempts } = await client.attempts(id, { limit: 5 })
  const again = await client.sendAgain(delivery.id)
  const { queued } = await client.recover(id, { since: new Date().toISOString() })
  const { delivered } = await client.test(id, { eventType: 'thing.tested' })
  const { adoption } = await client.probe(id)
  const health = await client.getHealth(id)
  return {
    publish: published.id,
    deliveries: delivery.eventId,
    attempts: attempts.map(({ kind }) => kind),
    sendAgain: again,
    recover: queued,
    test: delivered,
    probe: adoption,
    getHealth: health.status,
  }
}

/** The first that succeeded: it is sent after the reply to the event. */
async function firstDelivery(
  client: KeyturnClient,
  id: string,
): Promise<{ readonly id: string; readonly eventId: string }> {
  for (let tries = 0; tries < 2000; tries += 1) {
    const { data } = await client.deliveries(id, { limit: 1 })
    const [delivery] = data
    if (delivery?.status === 'success') return delivery
  }
  throw new Error('no delivery succeeded')
}

async function rotateLossy(given: Given, id: string): Promise<Driven['replayed']> {
  const before = await keyturnClient(optionsOf(given)).secretState(id)
  const reply = await keyturnClient({ ...optionsOf(given), baseUrl: `${given.baseUrl}/lossy`, fetch }).rotate(id)
  const after = await keyturnClient(optionsOf(given)).secretState(id)
  return { isSecret: isSecret(reply), keysMade: after.version - before.version }
}

async function driveFailures(given: Given, id: string): Promise<Record<string, string>> {
  const hanging = keyturnClient({ ...optionsOf(given), baseUrl: `${given.baseUrl}/hanging` })
  const controller = new AbortController()
  const aborted = codeOf(hanging.get(id, { signal: controller.signal }))
  setTimeout(() => controller.abort())
  return {
    unknown: await codeOf(keyturnClient(optionsOf(given)).get('ep_none')),
    stranger: await codeOf(keyturnClient({ ...optionsOf(given), credential: 'kt_stranger' }).get(id)),
    redirected: await codeOf(keyturnClient({ ...optionsOf(given), baseUrl: `${given.baseUrl}/redirecting` }).get(id)),
    aborted: await aborted,
    timeout: await codeOf(hanging.rotate(id, {}, { timeoutSeconds: 0.02 })),
    misused: await codeOf(keyturnClient(optionsOf(given)).get('')),
  }
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'no error'
  } catch (error) {
    return error instanceof KeyturnError ? error.code : String(error)
  }
}
