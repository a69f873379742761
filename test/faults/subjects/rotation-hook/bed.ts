import { join } from 'node:path'
import type { Closers } from '../../../../local/closers'
import { openSessionIssuer } from '../../../../local/session-issuer'
import type { Contract } from '../../../../src/contracts/contract'
import { apiCaller, textAt } from '../../../support/api-caller'
import { liveKeyReader, type LiveKeys } from '../../../support/live-keys'
import { startLocalRun, type TestLocalRun } from '../../../support/local-run'
import { platformKey } from '../../../support/platform-key'
import { revokePrevious } from '../../../support/revoke-previous'
import { type Consumer, startConsumer } from './consumer'
import type { HookSettings } from './hook-function'

/** A vendor, and a consumer whose Secrets Manager runs the hook's bundle. */
export interface HookBed {
  /** The local control plane, as the vendor of every contract. */
  readonly vendor: Vendor
  readonly consumer: Consumer
}

export async function startHookBed(closers: Closers): Promise<HookBed> {
  const run = await startLocalRun()
  closers.add(() => run.stop())
  const vendor = vendorOf(run)
  closers.add(() => vendor.close())
  const consumer = await startConsumer(run.local.api)
  closers.add(() => consumer.close())
  return { vendor, consumer }
}

export interface Vendor {
  /** A new endpoint with one key. */
  newEndpoint(contract: Contract): Promise<VendorEndpoint>
  close(): void
}

export interface VendorEndpoint {
  readonly contract: Contract
  /** How a hook calls it. */
  readonly hook: HookSettings
  readonly firstSecret: string
  /** What the vendor signs with now. */
  live(): Promise<LiveKeys>
  /** Ends every key but the current one: contracts keep at most five. */
  revokePrevious(): Promise<void>
}

function vendorOf(run: TestLocalRun): Vendor {
  const { local } = run
  const reader = liveKeyReader(local)
  let endpoints = 0
  return {
    newEndpoint: async contract => {
      endpoints += 1
      const { tenantId, credential } = await tenantOf(run, contract, endpoints)
      const operatorKey = await platformKey(local, [tenantId])
      const body = { contract: contract.name, url: 'https://receiver.example/hook' }
      const created = await apiCaller(local.api).call('POST', '/v1/endpoints', { token: operatorKey, body })
      const address = { tenantId, endpointId: textAt(created, 'endpoint.id') }
      return {
        contract,
        hook: { contract: contract.name, ...address, credential, replays: contract.vendorReplays === true },
        firstSecret: textAt(created, 'signingSecret'),
        live: () => reader.read(address),
        revokePrevious: () => revokePrevious(local.api, address, operatorKey),
      }
    },
    close: () => reader.close(),
  }
}

/** A tenant with a credential for the contract: a new tenant where one has one endpoint alone, as at Tumban. */
async function tenantOf({ local, dataDir }: TestLocalRun, { name, ids }: Contract, nth: number) {
  if (ids.kind === 'fixed') {
    const tenantId = `org_${name}_${nth}`
    const issuer = await openSessionIssuer(join(dataDir, 'session-key.json'))
    const session = { issuer: local.aws, subject: 'consumer', role: 'admin', tenantId } as const
    return { tenantId, credential: await issuer.issue(session) }
  }
  const { contracts } = local
  const credentials: Readonly<Record<string, string>> = {
    thesignup: contracts.thesignup.apiKey,
    storno: contracts.storno.token,
    featurebase: contracts.featurebase.apiKey,
    teambattles: contracts.teambattles.apiKey,
    keyturn: JSON.stringify({ token: contracts.keyturn.apiKey }),
  }
  return { tenantId: contracts[name as ContractName].tenantId, credential: credentials[name] ?? '' }
}

type ContractName = keyof TestLocalRun['local']['contracts']
