import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Item } from '../src/aws/storable'

interface Command {
  readonly constructor: { readonly name: string }
  readonly input: { readonly Key?: Readonly<Record<'pk' | 'sk', { readonly S?: string }>> }
}

/** Items by `<pk> <sk>`. */
export type StubbedItems = ReadonlyMap<string, Item>

const text = Buffer.from(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)
const outputs: Readonly<Record<string, object>> = {
  EncryptCommand: { CiphertextBlob: Buffer.alloc(184, 1) },
  DecryptCommand: { Plaintext: text },
  PutEventsCommand: { FailedEntryCount: 0, Entries: [] },
}

/**
 * Makes every AWS client of this process answer at once, without the network, serialisation or signing: reads find the
 * items, writes succeed and change nothing.
 */
export function stubAws(items: StubbedItems): void {
  const answer = ({ constructor, input }: Command): object => {
    if (constructor.name !== 'GetItemCommand') return outputs[constructor.name] ?? {}
    const item = items.get(`${input.Key?.pk.S} ${input.Key?.sk.S}`)
    return item === undefined ? {} : { Item: item }
  }
  for (const { prototype } of [DynamoDBClient, EventBridgeClient, KMSClient, SecretsManagerClient]) {
    Object.defineProperty(prototype, 'send', { value: async (command: Command) => answer(command) })
  }
}
