import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LocalDescription } from '../../../local/local-description'
import { createApiKey } from '../../../src/access/create-api-key'
import { dynamoDbClient, secretsManagerClient } from '../../../src/aws/clients'
import { dynamoApiKeyStore } from '../../../src/aws/dynamo-api-key-store'
import type { Table } from '../../../src/aws/table'
import { keyturn } from '../../../src/contracts/keyturn'
import { apiCaller, type ApiCaller } from '../../support/api-caller'
import { startLocalRun, type TestLocalRun } from '../../support/local-run'

/** One local run, and all that looks at it from outside. */
export interface Setting {
  readonly run: TestLocalRun
  readonly local: LocalDescription
  readonly api: ApiCaller
  /** A key of our own API that may do everything for every tenant of the run, and for `ownTenant`. */
  readonly operator: string
  readonly secrets: SecretsManagerClient
  readonly table: Table
  stop(): Promise<void>
}

/** A tenant that has no endpoint at first. */
export const ownTenant = 'org_fresh'

export async function startSetting(): Promise<Setting> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-control-'))
  const run = await startLocalRun({ dataDir })
  const { local } = run
  const options = { endpoint: local.aws, region: local.region, credentials: local }
  const table = { client: dynamoDbClient(options), name: local.table }
  const secrets = secretsManagerClient(options)
  const operator = await operatorKey(local, table)
  return {
    run,
    local,
    api: apiCaller(local.api),
    operator,
    secrets,
    table,
    stop: async () => {
      table.client.destroy()
      secrets.destroy()
      await run.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}

async function operatorKey({ contracts }: LocalDescription, table: Table): Promise<string> {
  const now = (): Date => new Date()
  const made = await createApiKey(
    dynamoApiKeyStore(table, now),
    { now, randomBytes },
    {
      contract: keyturn,
      name: 'operator',
      tenantIds: [...Object.values(contracts).map(({ tenantId }) => tenantId), ownTenant],
      permissions: keyturn.credentials.permissions,
      plan: null,
      expiresAt: null,
    },
  )
  return made.text.reveal()
}

/** Credentials and tenant for a call of our own API. */
export function asOperator({ operator }: Setting, tenantId: string) {
  return { token: operator, headers: { 'keyturn-tenant': tenantId } }
}
