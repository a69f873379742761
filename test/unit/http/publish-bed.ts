import { keyturn } from '../../../src/contracts/keyturn'
import type { Contract } from '../../../src/contracts/contract'
import type { EndpointSettings } from '../../../src/rotation/endpoint'
import { sweep } from '../../../src/rotation/sweep'
import { addSeconds } from '../../../src/core/instant'
import { bearer, harness, jsonBody, type Reply, tenant } from './harness'

/** One endpoint of a contract, the requests that publish and promote its keys, and the sweep. */
export async function publishBed(contract: Contract = keyturn, given: Partial<EndpointSettings> = {}) {
  const made = harness()
  const token = await made.apiKey(keyturn, tenant)
  const { endpoint } = await made.endpoint(contract, tenant, given)
  const base = `/v1/endpoints/${endpoint.id}`
  const post = (path: string, body: unknown, more: Record<string, string> = {}): Promise<Reply> =>
    made.send('POST', `${base}${path}`, jsonBody(token, body, more))
  const wait = (seconds: number): void => {
    made.clock.now = addSeconds(made.clock.now, seconds)
  }
  return {
    ...made,
    token,
    id: endpoint.id,
    base,
    wait,
    rotate: (body: unknown, more?: Record<string, string>) => post('/secret/rotate', body, more),
    promote: (body: unknown, more?: Record<string, string>) => post('/secret/promote', body, more),
    abandon: (body: unknown, more?: Record<string, string>) => post('/secret/abandon', body, more),
    rollBack: (body: unknown, more?: Record<string, string>) => post('/secret/roll-back', body, more),
    revoke: (body: unknown, more?: Record<string, string>) => post('/secret/revoke-previous', body, more),
    patch: (body: unknown) => made.send('PATCH', base, jsonBody(token, body)),
    state: () => made.send('GET', `${base}/secret`, bearer(token)),
    /** The mirror's document, as receivers read it. */
    document: (): MirrorDocument => {
      const [secret] = made.tables.vault.secrets.values()
      const versionId = secret?.labels.get('AWSCURRENT') ?? ''
      return JSON.parse(secret?.documents.get(versionId) ?? '') as MirrorDocument
    },
    sweep: async (seconds = 0) => {
      wait(seconds)
      const until = addSeconds(made.clock.now, 50)
      return sweep({ ...made.deps, sleep: async milliseconds => wait(milliseconds / 1000) }, until)
    },
  }
}

interface MirrorDocument {
  readonly signingSecret: string
  readonly keys: readonly { readonly id: string; readonly secret: string; readonly expiresAt: string | null }[]
}
