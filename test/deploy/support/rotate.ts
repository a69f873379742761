import { setTimeout as delay } from 'node:timers/promises'
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { LocalDescription } from '../../../src/local/local-description'
import { mirrorName } from '../../../src/mirror/mirror-state'
import { readMirror, type MirrorView } from '../../local-run/mirror-view'
import { rotateRoutes } from '../../local-run/rotate-routes'
import { apiCaller, textAt } from '../../support/api-caller'
import { placeOf, type ContractName } from './tenants'

export interface Deployed {
  readonly api: string
  readonly stage: string
  readonly secrets: SecretsManagerClient
  /** Ids and credentials, in the shape of the local run's. */
  readonly local: LocalDescription
  readonly acmeKey: string
  sweep(): Promise<unknown>
}

/** Rotates through the contract's own route. Returns the secret that was revealed. */
export async function rotate({ api, local, acmeKey }: Deployed, name: ContractName): Promise<string> {
  if (name === 'acme') {
    const path = `/acme/hooks/${placeOf(name).endpointId}/roll`
    return textAt(answered(await apiCaller(api).call('POST', path, { token: acmeKey })), 'secret')
  }
  const route = rotateRoutes.find(({ contract }) => contract === name)
  if (route === undefined) throw new RangeError(`no route of ${name} is known`)
  const secret = textAt(
    answered(await apiCaller(api).call('POST', route.path(local), route.credentials(local))),
    route.secretAt,
  )
  if (!route.secret.test(secret)) throw new Error(`${name} revealed a secret of another format`)
  return secret
}

type Answered = Awaited<ReturnType<ReturnType<typeof apiCaller>['call']>>

function answered(reply: Answered): Answered {
  if (reply.status === 200) return reply
  throw new Error(`${reply.request} answered ${reply.status}: ${reply.text}`)
}

const patienceSeconds = 30

/** The mirror of a contract's endpoint once it shows `secret`, with sweeps in between. */
export async function mirrorWith(deployed: Deployed, name: ContractName, secret: string): Promise<MirrorView> {
  const { tenantId, endpointId } = placeOf(name)
  const mirror = mirrorName(deployed.stage, tenantId, endpointId)
  for (let waited = 0; waited < patienceSeconds; waited += 1) {
    const view = await readMirror(deployed.secrets, mirror).catch(() => null)
    if (view?.document.signingSecret === secret) return view
    await delay(1000)
    await deployed.sweep()
  }
  throw new Error(`the mirror of ${name} does not show the newest secret after ${patienceSeconds} s`)
}
