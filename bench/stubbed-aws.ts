import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Item } from '../src/aws/items'

/** Items by `<pk> <sk>`. */
export type StubbedItems = ReadonlyMap<string, Item>

const text = Buffer.from(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)

/**
 * Makes every AWS client of this process answer at once, without the network, serialisation or signing: reads find the
 * items, writes succeed and change nothing.
 */
export function stubAws(items: StubbedItems): void {
  for (const { prototype } of [DynamoDBClient, EventBridgeClient, KMSClient, SecretsManagerClient]) {
    Object.defineProperty(prototype, 'send', { value: async (command: unknown) => answerTo(command, items) })
  }
}

function answerTo(command: unknown, items: StubbedItems): object {
  if (command instanceof EncryptCommand) return { CiphertextBlob: Buffer.alloc(184, 1) }
  if (command instanceof DecryptCommand) return { Plaintext: text }
  if (command instanceof PutEventsCommand) return { FailedEntryCount: 0, Entries: [] }
  if (!(command instanceof GetItemCommand)) return {}
  const { pk, sk } = command.input.Key ?? {}
  const item = items.get(`${pk?.S} ${sk?.S}`)
  return item === undefined ? {} : { Item: item }
}
