import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { setTimeout as delay } from 'node:timers/promises'
import type { LocalDescription } from '../../../local/local-description'
import { mirrorName } from '../../../src/rotation/mirror'
import { apiCaller, textAt } from '../../support/api-caller'
import { rotateRoutes } from '../../system/local-run/rotate-routes'
import { type ContractName, placeOf } from './tenants'

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

const patienceSeconds = 90

/** What receivers read. */
export interface MirrorDocument {
  readonly version: number
  readonly signingSecret: string
  readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
}

/** The mirror of a contract's endpoint once it shows `secret`, with sweeps in between. */
export async function mirrorWith(deployed: Deployed, name: ContractName, secret: string): Promise<MirrorDocument> {
  for (const end = Date.now() + patienceSeconds * 1000; Date.now() < end;) {
    const document = await readMirror(deployed, name)
    if (document?.signingSecret === secret) return document
    await delay(1000)
    await deployed.sweep()
  }
  throw new Error(`the mirror of ${name} does not show the newest secret after ${patienceSeconds} s`)
}

/** The label is named because the emulator's default stays with the version that had it first. */
async function readMirror({ secrets, stage }: Deployed, name: ContractName): Promise<MirrorDocument | null> {
  const { tenantId, endpointId } = placeOf(name)
  const SecretId = mirrorName(stage, tenantId, endpointId)
  try {
    const { SecretString = '' } = await secrets.send(
      new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' }),
    )
    // Its shape is proved elsewhere.
    return JSON.parse(SecretString) as MirrorDocument
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null
    throw error
  }
}
