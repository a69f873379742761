import { DescribeKeyCommand } from '@aws-sdk/client-kms'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../../config/config'
import { roleClaim, sessionAudience, tenantClaim } from '../../../local/session-issuer'
import { kmsClient } from '../../../src/aws/clients'
import type { AwsAccess } from './deployed-api'
import { startEmulator } from './emulator'
import { Project } from './project'
import { type SessionServer, startSessionServer } from './session-server'
import { fetchCdktf, providerMirror } from './tools'

/** The emulator, a project folder, and a sign-in; or, with `KEYTURN_DEPLOY_REGION`, a real account's region. */
export interface Setting {
  readonly real: boolean
  readonly access: AwsAccess
  readonly project: Project
  readonly sessions: SessionServer
  readonly folder: string
  config(stage: string): Omit<Config, 'contracts'>
  stop(): Promise<void>
}

const region = process.env.KEYTURN_DEPLOY_REGION
const emulated = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

export async function startSetting(): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-deploy-'))
  const sessions = await startSessionServer(join(folder, 'session-key.json'))
  const emulator = region === undefined ? await startEmulator(join(folder, 'emulator.log')) : null
  const access = emulator === null ? { region: region ?? '' } : { ...emulated, endpoint: emulator.url }
  const environment = emulator === null ? {} : { ...emulatedEnvironment(folder), AWS_ENDPOINT_URL: emulator.url }
  const project = new Project({ folder: join(folder, 'project'), environment })
  fetchCdktf(project.folder)
  return {
    real: emulator === null,
    access,
    project,
    sessions,
    folder,
    config: stage => ({ ...baseConfig(stage, access.region), ...(emulator === null ? {} : sessionsOf(sessions)) }),
    stop: async () => {
      await emulator?.stop()
      await sessions.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

function emulatedEnvironment(folder: string): Record<string, string> {
  const file = join(folder, 'terraform.rc')
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(providerMirror())}\n  }\n}\n`
  writeFileSync(file, `disable_checkpoint = true\n${mirror}`)
  const { accessKeyId, secretAccessKey } = emulated.credentials
  return {
    TF_CLI_CONFIG_FILE: file,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: emulated.region,
  }
}

/** Everything that a configuration can have, so that all of it is applied; but for a domain, which needs a real one. */
function baseConfig(stage: string, inRegion: string) {
  return {
    stage,
    region: inRegion,
    mirror: 'on',
    logRetentionDays: 7,
    corsOrigins: ['https://app.example.com'],
    tags: { owner: 'proof' },
  } as const
}

/** A real function could not reach this machine. */
function sessionsOf({ url }: SessionServer) {
  const sessions = { issuer: url, audience: sessionAudience, jwksUrl: `${url}/jwks.json`, roleClaim, tenantClaim }
  return { sessions, alarmEmail: 'ops@example.com', mirrorReaders: ['210987654321'] }
}

export async function keyState({ access }: Setting, keyId: string): Promise<string> {
  const client = kmsClient(access)
  const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: keyId }))
  client.destroy()
  return KeyMetadata?.KeyState ?? ''
}
