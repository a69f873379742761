import { localClientOptions, ringKeyId } from '../../local/aws-resources'
import type { LocalDescription } from '../../local/local-description'
import { dynamoDbClient, kmsClient } from '../../src/aws/clients'
import { dynamoEndpointStore } from '../../src/aws/dynamo-endpoint-store'
import { kmsSealer } from '../../src/aws/kms-sealer'
import { openKey } from '../../src/rotation/keys'
import type { EndpointAddress } from '../../src/rotation/ports'
import { liveKeys } from '../../src/rotation/published'

/** What an endpoint's sender signs with now. */
export interface LiveKeys {
  readonly version: number
  /** The key that signs, the published one, the retiring ones. */
  readonly keys: readonly { readonly id: string; readonly secret: string }[]
}

/** Reads the stored rings of a local run, as a sender does. A secret is opened once. */
export interface LiveKeyReader {
  read(address: EndpointAddress): Promise<LiveKeys>
  close(): void
}

export function liveKeyReader(local: Pick<LocalDescription, 'aws' | 'accessKeyId' | 'table'>): LiveKeyReader {
  const options = localClientOptions(local.aws, local.accessKeyId)
  const dynamoDb = dynamoDbClient(options)
  const kms = kmsClient(options)
  const store = dynamoEndpointStore({ client: dynamoDb, name: local.table })
  const sealer = kmsSealer({ client: kms, keyId: ringKeyId })
  const opened = new Map<string, string>()
  return {
    read: async address => {
      const endpoint = await store.load(address)
      if (endpoint === null) throw new Error('there is no endpoint')
      const live = liveKeys(endpoint, new Date())
      for (const each of live) {
        if (!opened.has(each.id)) opened.set(each.id, (await openKey({ sealer }, endpoint, each)).reveal())
      }
      return { version: endpoint.ring.version, keys: live.map(({ id }) => ({ id, secret: opened.get(id) ?? '' })) }
    },
    close: () => {
      dynamoDb.destroy()
      kms.destroy()
    },
  }
}
