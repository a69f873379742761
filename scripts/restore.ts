import { randomBytes } from 'node:crypto'
import { configFile, loadConfig } from '../infra/load-config'
import { dynamoDbClient } from '../src/aws/clients'
import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import { everyEndpoint } from '../src/aws/every-endpoint'
import { raiseRevision } from '../src/endpoints/raise-revision'

// `npm run restore`, after a table was restored from a backup: every endpoint gets a revision above its mirror's, and
// the sweep writes the mirrors anew.

async function main(): Promise<void> {
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
