import { GetSecretValueCommand, ResourceNotFoundException } from '@aws-sdk/client-secrets-manager'
import { setTimeout as delay } from 'node:timers/promises'
import { mirrorName } from '../../../src/rotation/mirror'
import { apiCaller, textAt } from '../../support/api-caller'
import { rotateRoutes } from '../../system/rotate-routes'
import type { Deployment } from './deployment'
import { addressOf, type ContractName } from './tenants'

/** Rotates through the contract's own route. Returns the secret that was revealed. */
export async function rotate({ api, local, apiKeys }: Deployment, name: ContractName): Promise<string> {
  const route = name === 'acme' ? acmeRoute(apiKeys.acme) : routeOf(name, local)
  const reply = await apiCaller(api).call('POST', route.path, route.credentials)
  if (reply.status !== 200) throw new Error(`${reply.request} answered ${reply.status}: ${reply.text}`)
  const secret = textAt(reply, route.secretAt)
  if (!route.secret.test(secret)) throw new Error(`${name} revealed a secret of another format`)
  return secret
}

function acmeRoute(token: string) {
  const path = `/acme/hooks/${addressOf('acme').endpointId}/roll`
  return { path, credentials: { token }, secretAt: 'secret', secret: /./ }
}

function routeOf(name: ContractName, local: Deployment['local']) {
  const route = rotateRoutes.find(({ contract }) => contract === name)
  if (route === undefined) throw new RangeError(`no route of ${name} is known`)
  const { path, credentials, secretAt, secret } = route
  return { path: path(local), credentials: credentials(local), secretAt, secret }
}

const mirrorSeconds = 90

/** What receivers read. */
export interface MirrorDocument {
  readonly version: number
  readonly signingSecret: string
  readonly keys: readonly { readonly secret: string; readonly expiresAt: string | null }[]
}

/** The mirror of the contract's endpoint once it shows `secret`. Sweeps until it does. */
export async function mirrorWith(deployment: Deployment, name: ContractName, secret: string): Promise<MirrorDocument> {
  for (const end = Date.now() + mirrorSeconds * 1000; Date.now() < end;) {
    const document = await readMirror(deployment, name)
    if (document?.signingSecret === secret) return document
    await delay(1000)
    await deployment.sweep()
  }
  throw new Error(`the mirror of ${name} does not show the newest secret after ${mirrorSeconds} s`)
}

/** Names the label, because the emulator's default stays with the version that had it first. */
async function readMirror({ secrets, stage }: Deployment, name: ContractName): Promise<MirrorDocument | null> {
  const { tenantId, endpointId } = addressOf(name)
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
