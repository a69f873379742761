import { createApiKey } from '../../../src/access/create-api-key'
import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import type { ApiSettings } from '../../../src/http/request'
import { createApp } from '../../../src/http/serve'
import { deliverUses } from '../../../src/http/uses/deliveries'
import { endpointUses } from '../../../src/http/uses/endpoints'
import { ringUses } from '../../../src/http/uses/ring'
import { fetchFrom } from '../../support/fetch-from'
import { apiKeyTable, memoryApiKeyStore } from '../../support/memory/memory-api-key-store'
import type { World } from './world'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests look at replies field by field.
  readonly json: Record<string, never>
}

export interface Api {
  /** A key of the contract with all its permissions. */
  apiKey(contract: Contract, tenantId: string, permissions?: readonly string[]): Promise<string>
  send(request: ApiRequest): Promise<Answer>
}

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly key: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const settingsOf = (contracts: readonly Contract[]): ApiSettings => ({
  contracts,
  stage: 'test',
  mirror: 'off',
  insecureTargets: true,
  release: '0.0.0',
})

/** The whole HTTP API in front of a world's deliveries. */
export function startApi({ deps, rotation }: World, contracts: readonly Contract[] = allContracts): Api {
  const settings = settingsOf(contracts)
  const apiKeys = memoryApiKeyStore(apiKeyTable())
  const all = { ...rotation, ...deps, store: rotation.store }
  const app = createApp({
    mounts: contracts.map(contract => ({ contract, basePath: '' })),
    uses: {
      ...ringUses({ ...rotation, health: deps.health }, settings),
      ...endpointUses(all, settings),
      ...deliverUses(deps, settings),
    },
    access: { apiKeys, verifySession: () => Promise.reject(new Error('no sessions')), now: deps.now },
    log: deps.log,
  })
  return {
    apiKey: async (contract, tenantId, permissions = contract.credentials.permissions) => {
      const plan = contract.credentials.plans.at(-1) ?? null
      const request = { contract, name: 'a key', tenantIds: [tenantId], permissions, plan, expiresAt: null }
      return (await createApiKey(apiKeys, deps, request)).text.reveal()
    },
    send: async ({ method, path, key, body, headers = {} }) => {
      const init = body === undefined ? {} : { body: JSON.stringify(body) }
      const request = new Request(`http://keyturn.test${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        ...init,
      })
      const reply = await fetchFrom(app, request)
      const text = await reply.text()
      return { status: reply.status, headers: reply.headers, json: text === '' ? {} : JSON.parse(text) }
    },
  }
}
