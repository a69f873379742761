import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describeLocalRun } from '../../../local/local-description'
import { secretsManagerClient } from '../../../src/aws/clients'
import type { RecordedCall } from './call-recorder'
import type { Deployed } from './rotate'
import { type Served, serveDeployment } from './serve-deployment'
import type { Setting } from './setting'
import type { Credentials } from './tenants'

export interface OpenDeployment {
  readonly deployed: Deployed
  /** What each function has called so far, by its deployed name; nothing of a real account's. */
  readonly calls: ReadonlyMap<string, readonly RecordedCall[]>
  /** Hands one message to `deliver`; null where the deployed queue does it. */
  readonly deliver: ((body: string) => Promise<unknown>) | null
  stop(): Promise<void>
}

let opened = 0

/** The deployed API, ready to be called: a real account's own, the emulator's by its bundles in workers. */
export async function openDeployment(
  setting: Setting,
  stage: string,
  credentials: Credentials,
): Promise<OpenDeployment> {
  const served = await serve(setting, stage)
  const secrets = secretsManagerClient(setting.access)
  const { issuer, url } = setting.sessions
  const local = await describeLocalRun({ api: served.api, aws: url, keys: credentials.keys, issuer })
  return {
    deployed: { api: served.api, stage, secrets, local, acmeKey: credentials.acmeKey, sweep: () => served.sweep() },
    calls: served.calls,
    deliver: setting.real ? null : body => served.deliver(body),
    stop: async () => {
      secrets.destroy()
      await served.stop()
    },
  }
}

async function serve({ real, access, project, folder }: Setting, stage: string): Promise<Served> {
  if (real) {
    const { api_url: api = '' } = await project.outputs(stage)
    return { api, calls: new Map(), sweep: () => delay(5000), deliver: () => delay(0), stop: async () => {} }
  }
  const { endpoint = '', credentials = { accessKeyId: '', secretAccessKey: '' } } = access
  opened += 1
  return serveDeployment({
    access: { region: access.region, endpoint, credentials },
    stage,
    stackFolder: project.stackFolder(stage),
    folder: join(folder, `served-${opened}`),
  })
}

/** What Terraform, CDKTF and the functions have written so far. */
export function everythingWritten({ project, folder }: Setting, stage: string): Readonly<Record<string, string>> {
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ndjson'))
  return {
    state: project.read(`terraform.keyturn-${stage}.tfstate`),
    plan: project.read('plan.json'),
    synthesised: project.read(`cdktf.out/stacks/keyturn-${stage}/cdk.tf.json`),
    printed: project.printed,
    ...Object.fromEntries(logs.map(file => [file, readFileSync(join(folder, file), 'utf8')])),
  }
}
