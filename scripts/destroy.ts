import { isDisposable, type Config } from '../infra/config'
import { configFile, loadConfig } from '../infra/load-config'
import { dynamoDbClient, kmsClient, secretsManagerClient } from '../src/aws/clients'
import { scheduleMirrorDeletion, stageMirrors } from '../src/aws/stage-mirrors'
import { storedStage } from '../src/aws/stored-stage'
import { cdktf } from './cdktf'
import { runScript } from './run-script'
import { whatStays } from './what-stays'

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

void runScript(() => destroy(process.argv.slice(2)))
