import { PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventBridgeClient } from '../../../src/aws/clients'
import type { Canary } from '../../support/canary/secret-forms'
import { ownApi, receiverUrl } from './own-api'
import type { Setting } from './setting'

/** Puts a secret where none may be; each in another form. The names say where it must be found. */
export async function plantSecrets(setting: () => Setting): Promise<readonly Canary[]> {
  const { call, create, rotate } = ownApi(setting)
  const { run } = setting()
  const planted: Canary[] = []
  const plant = async (name: string, put: (bytes: Buffer, text: string) => Promise<unknown>): Promise<void> => {
    const bytes = randomBytes(32)
    const text = `whsec_${bytes.toString('base64')}`
    planted.push({ name, text })
    await put(bytes, text)
  }
  const endpoint = await create()
  await plant('errors', (_, text) => call('POST', '/v1/endpoints', { url: receiverUrl, [text]: 1 }))
  await plant('the table', bytes =>
    call('PATCH', `/v1/endpoints/${endpoint.endpointId}`, { description: `x${bytes.toString('hex')}x` }),
  )
  await plant('audit', (_, text) => rotate(endpoint, { reason: Buffer.from(`ab${text}`).toString('base64url') }))
  await call('GET', `/v1/endpoints/${endpoint.endpointId}`)
  await plant('aws/events.ndjson', (_, text) => putEvent(setting(), text))
  const log = (name: string, bytes: string | Buffer) => appendFile(join(run.dataDir, 'logs', name), bytes)
  await plant('logs/rotate.ndjson', bytes => log('rotate.ndjson', bytes))
  await plant('logs/endpoints.ndjson', (_, text) => log('endpoints.ndjson', Buffer.from(text).toString('base64')))
  await plant('logs/sweep.ndjson', bytes => log('sweep.ndjson', bytes.toString('base64url')))
  // Not as it stands in the text, where the encoding begins with the first byte.
  await plant('logs/deliver.ndjson', bytes =>
    log('deliver.ndjson', Buffer.concat([Buffer.from('x'), bytes]).toString('base64')),
  )
  await plant('local.json', (_, text) => appendFile(join(run.dataDir, 'local.json'), Buffer.from(text).toString('hex')))
  return planted
}

async function putEvent({ local }: Setting, text: string): Promise<void> {
  const client = eventBridgeClient({ endpoint: local.aws, region: local.region, credentials: local })
  const Detail = JSON.stringify({ text: encodeURIComponent(text) })
  await client.send(new PutEventsCommand({ Entries: [{ Source: 'test', DetailType: 'planted', Detail }] }))
  client.destroy()
}
