import { expect, it } from '@jest/globals'
import { allContracts } from '../../../../src/contracts/all'
import type { Contract, Operation } from '../../../../src/contracts/contract'
import { placedCredential } from '../../../../src/contracts/credential-places'
import { newText } from '../../../../src/contracts/secret-text'
import { apiKeyUses } from '../../../../src/http/uses/api-keys'
import { portalSessionUses } from '../../../../src/http/uses/portal-sessions'
import { sessionUses } from '../../../../src/http/uses/session'
import { deliveryUses, testUses } from '../../../../src/http/uses/deliveries'
import { probeUses } from '../../../../src/http/uses/probe'
import { endpointUses } from '../../../../src/http/uses/endpoints'
import { ringUses } from '../../../../src/http/uses/ring'
import { memoryEventBus } from '../../../support/memory/memory-event-bus'
import { deliveryBeds } from '../delivery-bed'
import { harness, portalSettings, requestsTo } from '../harness'

interface Case {
  readonly name: string
  readonly contract: Contract
  readonly operation: Operation
}

const cases: readonly Case[] = allContracts.flatMap(contract =>
  contract.operations
    .filter(({ access }) => access !== undefined && access !== 'anyone' && access.apiKey !== undefined)
    .map(operation => ({ name: `${operation.method} ${operation.path}`, contract, operation })),
)

const bed = deliveryBeds()

/** The credential of an API key that nobody made. */
function unknownKey({ credentials }: Contract): Record<string, string> {
  if (credentials.apiKey === undefined) throw new Error('the contract has no API keys')
  const token = newText(credentials.apiKey, count => Buffer.alloc(count, 1))
  const placed = placedCredential(credentials, token)
  return 'header' in placed ? { [placed.header]: placed.value } : {}
}

it.each(cases)('$name reads the API key afresh, unless it only reads', async ({ contract, operation }) => {
  const { appWith, deps, settings, access, apiKeys, portalSessions, tables } = harness()
  const seen: string[] = []
  const find = async (_: string, freshness: string): Promise<null> => (seen.push(freshness), null)
  const uses = {
    ...ringUses(deps, settings),
    ...endpointUses(deps, settings),
    ...deliveryUses(deps, settings),
    ...testUses(bed().world.deps, settings),
    ...apiKeyUses({ ...deps, apiKeys, portalSessions, events: memoryEventBus(tables.published) }),
    ...portalSessionUses({ ...deps, apiKeys, sessions: portalSessions, settings: portalSettings }),
    ...sessionUses(),
    ...probeUses({ ...bed().world.rotation, ...bed().world.deps }, settings),
  }
  const send = requestsTo(appWith({ access: { ...access, apiKeys: { find } }, uses }))
  const path = operation.path.replaceAll(/\{\w+\}/g, 'x')
  expect((await send(operation.method, path, { headers: unknownKey(contract) })).status).toBe(401)
  const onlyReads = operation.method === 'GET' && operation.use !== 'reveal'
  expect(seen).toEqual([onlyReads ? 'cached' : 'fresh'])
})
