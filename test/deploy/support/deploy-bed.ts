import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockedCdktf } from '../../../cli/locked-cdktf'
import type { Config } from '../../../config/config'
import { closeServer, listen } from '../../../local/listen'
import {
  openSessionIssuer,
  roleClaim,
  sessionAudience,
  type SessionIssuer,
  tenantClaim,
} from '../../../local/session-issuer'
import { kmsClient } from '../../../src/aws/clients'
import type { AwsAccess } from './deployed-api'
import { startActionRecorder } from './deploy-actions'
import { type Emulator, startEmulator } from './emulator'
import { Project } from './project'

/** Where the portal of every stage is, in its configuration. */
export const portalOrigin = 'https://hooks.example.com'

/** What a deployment is tried on: an emulator of AWS, or with `KEYTURN_DEPLOY_REGION` that region of a real account. */
export interface DeployBed {
  /** Whether it is a real account. */
  readonly real: boolean
  readonly access: AwsAccess
  readonly project: Project
  /** The permissions that the project's commands have asked for so far. Nothing in a real account. */
  readonly actions: ReadonlySet<string>
  readonly signIn: SignIn
  /** Holds the project, and what is written beside it. */
  readonly folder: string
  /** The configuration of a stage, but for its contracts. */
  config(stage: string): Omit<Config, 'contracts'>
  stop(): Promise<void>
}

const realRegion = process.env.KEYTURN_DEPLOY_REGION

export async function startDeployBed(): Promise<DeployBed> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-deploy-'))
  const signIn = await startSignIn(join(folder, 'session-key.json'))
  const emulator = realRegion === undefined ? await startEmulator(folder) : null
  const recorder = emulator === null ? null : await startActionRecorder(emulator.access.endpoint)
  const access = emulator?.access ?? { region: realRegion ?? '' }
  const project = new Project({
    folder: join(folder, 'project'),
    environment: { ...emulator?.environment, ...(recorder === null ? {} : { AWS_ENDPOINT_URL: recorder.url }) },
    app: emulator === null ? 'infra/main.ts' : 'test/deploy/support/emulated-app.ts',
  })
  // Installed beforehand, so that no deployment waits for it.
  lockedCdktf({ say: line => process.stderr.write(`${line}\n`) })
  return {
    real: emulator === null,
    access,
    project,
    actions: recorder?.actions ?? new Set(),
    signIn,
    folder,
    config: stage => ({ ...baseConfig(stage, access), ...configWith(emulator, signIn) }),
    stop: async () => {
      await recorder?.stop()
      await emulator?.stop()
      await signIn.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A platform's sign-in: it issues sessions, and serves the key that they are verified with. */
export interface SignIn {
  /** The issuer's name, too. */
  readonly url: string
  readonly issuer: SessionIssuer
  stop(): Promise<void>
}

async function startSignIn(keyFile: string): Promise<SignIn> {
  const issuer = await openSessionIssuer(keyFile)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(issuer.jwks))
  })
  const url = await listen(server, 0)
  return { url, issuer, stop: () => closeServer(server) }
}

/** Everything that a configuration can have, so that all of it is applied; but for a domain, which needs a real one. */
function baseConfig(stage: string, { region }: AwsAccess) {
  return {
    stage,
    region,
    mirror: 'on',
    logRetentionDays: 7,
    corsOrigins: ['https://app.example.com'],
    portal: {
      origin: portalOrigin,
      embedOrigins: ['https://app.example.com'],
      returnOrigins: ['https://app.example.com'],
    },
    tags: { owner: 'proof' },
  } as const
}

/** What only the emulator gets: a real function could not reach the sign-in of this machine. */
function configWith(emulator: Emulator | null, { url }: SignIn): Partial<Config> {
  if (emulator === null) return {}
  const sessions = { issuer: url, audience: sessionAudience, jwksUrl: `${url}/jwks.json`, roleClaim, tenantClaim }
  return {
    sessions,
    alarmEmail: 'ops@example.com',
    mirrorReaders: ['210987654321'],
    allowedAccountIds: ['123456789012'],
    roles: { path: '/webhooks/', permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary' },
    deliveries: { vpc: { subnetIds: ['subnet-0a1b'], securityGroupIds: ['sg-0a1b'] } },
  }
}

/** The state of a KMS key, such as `Enabled`. */
export async function kmsKeyState({ access }: DeployBed, keyId: string): Promise<string> {
  const client = kmsClient(access)
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyId }))
  client.destroy()
  return KeyMetadata?.KeyState ?? ''
}
