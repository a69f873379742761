import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { KMSClient } from '@aws-sdk/client-kms'
import { dynamoDbClient, kmsClient } from '../../src/aws/clients'
import { dynamoEndpointStore } from '../../src/aws/dynamo-endpoint-store'
import { kmsSealer } from '../../src/aws/kms-sealer'
import type { Contract } from '../../src/contracts/contract'
import type { EndpointKey } from '../../src/endpoints/endpoint-store'
import { ringKeyId } from '../../src/local/local-aws'
import type { LocalDescription } from '../../src/local/local-description'
import { isLive } from '../../src/rotation/key-ring'
import { openKey } from '../../src/rotation/open-keys'
import { sign } from '../../src/verify'
import { clientOptions } from '../aws/embedded-aws'

export interface Message {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** The sending side of one endpoint: it signs with the ring that is stored, which it looks at again all the time. */
export interface Platform {
  /** Signed with every live key, as the contract's scheme does. */
  signed(body: string, id: string): Message
  /** Signed with this one secret. */
  signedWith(secret: string, body: string, id: string): Message
  /** Secrets that ended at least so long ago. */
  endedFor(milliseconds: number): readonly string[]
  stop(): Promise<void>
}

export interface PlatformOptions {
  readonly local: LocalDescription
  readonly contract: Contract
  readonly key: EndpointKey
}

const lookEveryMs = 50

interface Known {
  readonly secret: string
  /** When it stopped being one of the live keys; null: it has not. */
  endedAt: number | null
}

export async function startPlatform({ local, contract, key }: PlatformOptions): Promise<Platform> {
  const clients = [dynamoDbClient(clientOptions(local.aws)), kmsClient(clientOptions(local.aws))] as const
  const known = new Map<string, Known>()
  let live: readonly string[] = []
  const look = async (): Promise<void> => {
    live = await liveSecrets(clients, { table: local.table, key, known })
  }
  await look()
  const stopped = new AbortController()
  const looking = lookAgain(look, stopped.signal)
  const message = (secrets: readonly string[], body: string, id: string): Message => {
    return { body, headers: sign(body, secrets, { scheme: contract.signing, id, tenant: key.tenantId }) }
  }
  return {
    signed: (body, id) => message(live, body, id),
    signedWith: (secret, body, id) => message([secret], body, id),
    endedFor: milliseconds => {
      const before = Date.now() - milliseconds
      return [...known.values()]
        .filter(({ endedAt }) => endedAt !== null && endedAt < before)
        .map(({ secret }) => secret)
    },
    stop: async () => {
      stopped.abort()
      await looking
      for (const client of clients) client.destroy()
    },
  }
}

async function lookAgain(look: () => Promise<void>, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await new Promise(resolve => setTimeout(resolve, lookEveryMs))
    await look()
  }
}

interface Looking {
  readonly table: string
  readonly key: EndpointKey
  /** By key id; a secret is opened once. */
  readonly known: Map<string, Known>
}

async function liveSecrets(
  [dynamoDb, kms]: readonly [DynamoDBClient, KMSClient],
  { table, key, known }: Looking,
): Promise<readonly string[]> {
  const endpoint = await dynamoEndpointStore({ client: dynamoDb, name: table }).load(key)
  if (endpoint === null) throw new Error('there is no endpoint')
  const sealer = kmsSealer({ client: kms, keyId: ringKeyId })
  const live = endpoint.ring.keys.filter(each => isLive(each, new Date()))
  for (const each of live) {
    if (known.has(each.id)) continue
    known.set(each.id, { secret: (await openKey({ sealer }, endpoint, each)).reveal(), endedAt: null })
  }
  for (const [id, each] of known) {
    if (each.endedAt === null && !live.some(key => key.id === id)) each.endedAt = Date.now()
  }
  return live.flatMap(each => known.get(each.id)?.secret ?? [])
}
