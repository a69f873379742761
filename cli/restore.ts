import { randomBytes } from 'node:crypto'
import { configFile, loadConfig } from '../config/load'
import { parseArguments } from '../local/options'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { raiseRevision } from '../src/rotation/restore'
import { runScript } from './cdktf'
import { everyEndpoint } from './every-endpoint'

// `npm run restore`, after a table was restored from a backup: every endpoint gets a revision above its mirror's, and
// the sweep writes the mirrors anew.

async function restore(): Promise<void> {
  parseArguments({ options: {} })
  const { stage, region, tableName } = await loadConfig(configFile())
  const table = { client: dynamoDbClient({ region }), name: tableName ?? `keyturn-${stage}` }
  const deps = { store: dynamoEndpointStore(table), now: () => new Date(), randomBytes }
  let raised = 0
  for await (const key of everyEndpoint(table)) {
    const endpoint = await deps.store.load(key)
    if (endpoint === null || endpoint.deletedAt) continue
    await raiseRevision(deps, endpoint)
    raised += 1
    if (raised % 1000 === 0) console.log(`${raised} endpoints …`)
  }
  console.log(`${raised} endpoints are ahead of their mirrors; the sweep writes about 10 mirrors a second.`)
}

void runScript(restore)
