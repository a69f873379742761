import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localClientOptions } from '../../../local/aws-resources'
import type { LocalDescription } from '../../../local/local-description'
import { dynamoDbClient, secretsManagerClient } from '../../../src/aws/clients'
import type { Table } from '../../../src/aws/table'
import type { EndpointAddress } from '../../../src/rotation/ports'
import { type CalledReply, apiCaller, type ApiCaller, textAt } from '../../support/api-caller'
import { startLocalRun, type TestLocalRun } from '../../support/local-run'
import { platformKey } from '../../support/platform-key'

/** One local run, and all that looks at it from outside. */
export interface ControlPlaneBed {
  readonly run: TestLocalRun
  readonly local: LocalDescription
  readonly api: ApiCaller
  /** An API key of our own API that may do everything for every tenant of the run, and for `ownTenant`. */
  readonly operator: string
  readonly secrets: SecretsManagerClient
  readonly table: Table
  stop(): Promise<void>
}

/** A tenant that has no endpoint at first. */
export const ownTenant = 'org_fresh'

export async function startControlPlane(): Promise<ControlPlaneBed> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyturn-control-'))
  const run = await startLocalRun({ dataDir })
  const { local } = run
  const table = { client: dynamoDbClient(localClientOptions(local.aws, local.accessKeyId)), name: local.table }
  const secrets = secretsManagerClient(localClientOptions(local.aws, local.accessKeyId))
  const tenantIds = Object.values(local.contracts).map(({ tenantId }) => tenantId)
  return {
    run,
    local,
    api: apiCaller(local.api),
    operator: await platformKey(local, [...tenantIds, ownTenant]),
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

/** Credentials and tenant for a call of our own API. */
export function asOperator({ operator }: ControlPlaneBed, tenantId: string) {
  return { token: operator, headers: { 'keyturn-tenant': tenantId } }
}

export const receiverUrl = 'https://receiver.example/own'

type Headers = Readonly<Record<string, string>>

/** A new endpoint's reply, and where the endpoint is. */
export type Created = CalledReply & EndpointAddress & { readonly address: EndpointAddress }

export type OwnApi = ReturnType<typeof ownApi>

/** Our own API, called for a tenant that has nothing else. */
export function ownApi(bed: () => ControlPlaneBed) {
  const call = (method: string, path: string, body?: unknown, headers: Headers = {}): Promise<CalledReply> => {
    const credentials = asOperator(bed(), ownTenant)
    return bed().api.call(method, path, { ...credentials, headers: { ...credentials.headers, ...headers }, body })
  }
  const create = async (): Promise<Created> => {
    const reply = await call('POST', '/v1/endpoints', { url: receiverUrl })
    const address = { tenantId: ownTenant, endpointId: textAt(reply, 'endpoint.id') }
    return { ...reply, ...address, address }
  }
  const rotate = ({ endpointId }: EndpointAddress, body?: object, headers: Headers = {}): Promise<CalledReply> =>
    call('POST', `/v1/endpoints/${endpointId}/secret/rotate`, body, headers)
  return { call, create, rotate }
}
