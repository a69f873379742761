import { type Config, isDisposable } from '../config/config'
import { configFile, loadConfig } from '../config/load'
import { dynamoDbClient, kmsClient, secretsManagerClient } from '../src/aws/clients'
import { cdktf, runScript } from './cdktf'
import { scheduleMirrorDeletion, stageMirrors, storedStage, type StoredStage } from './stored-stage'

// `npm run destroy`: takes a stage down. A disposable one goes with its data; of any other, table, keys and mirrors stay.

async function destroy(args: readonly string[]): Promise<void> {
  const config = await loadConfig(configFile())
  process.exitCode = isDisposable(config.stage) ? await destroyAll(config, args) : await retire(config, args)
}

async function destroyAll({ stage, region }: Config, args: readonly string[]): Promise<number> {
  const status = cdktf(['destroy', ...args])
  if (status !== 0) return status
  const secrets = secretsManagerClient({ region })
  const mirrors = await stageMirrors(secrets, stage)
  for (const name of mirrors) await scheduleMirrorDeletion(secrets, name)
  console.log(`Nothing stays: both keys and ${mirrors.length} mirrors are scheduled for deletion in 7 days.`)
  return 0
}

async function retire({ stage, region, tableName }: Config, args: readonly string[]): Promise<number> {
  const table = { client: dynamoDbClient({ region }), name: tableName ?? `keyturn-${stage}` }
  const clients = { table, kms: kmsClient({ region }), secrets: secretsManagerClient({ region }) }
  const stored = await storedStage(clients, stage)
  const status = cdktf(['deploy', ...args], { KEYTURN_RETIRE: '1' })
  if (status === 0) console.log(whatStays(stored))
  return status
}

/** US dollars a month in us-east-1, November 2026: a GB of table and of its point-in-time recovery, a key, a secret. */
const monthly = { tableGigabyte: 0.25 + 0.2, key: 1, mirror: 0.4 }
const gigabyte = 1024 ** 3

/** What a stage that is not disposable leaves behind, what that costs, and how a later deployment takes it over. */
export function whatStays({ table, tableBytes, ringKeyId, mirrorKeyId, mirrors }: StoredStage): string {
  const costs = [(tableBytes / gigabyte) * monthly.tableGigabyte, 2 * monthly.key, mirrors * monthly.mirror]
  const [tableCost, keysCost, mirrorsCost] = costs.map(cost => `$${cost.toFixed(2)}`)
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  return [
    'What stays, and what it costs a month:',
    `  table ${table}: ${tableBytes} bytes, ${tableCost}`,
    `  ring key ${ringKeyId} and mirror key ${mirrorKeyId}: ${keysCost}`,
    `  mirrors in Secrets Manager: ${mirrors}, ${mirrorsCost}`,
    `  together: $${total.toFixed(2)}`,
    'Without the ring key the table cannot be read again. To deploy over it, add to the configuration:',
    `  adopt: { table: true, ringKey: '${ringKeyId}', mirrorKey: '${mirrorKeyId}' },`,
  ].join('\n')
}

void runScript(() => destroy(process.argv.slice(2)))
