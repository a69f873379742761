import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AwsAccess } from './deployed-api'
import { providerMirror } from './tools'

/** An emulator of AWS, and how it is reached. */
export interface Emulator {
  readonly access: Required<AwsAccess>
  /** The variables with which Terraform and the AWS SDK reach it. */
  readonly environment: Readonly<Record<string, string>>
  stop(): Promise<void>
}

const startSeconds = 60
const region = 'eu-central-1'
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/**
 * Starts `moto_server` on a free port, with functions that do nothing when they are invoked. Its log and Terraform's
 * configuration are written into the folder.
 */
export async function startEmulator(folder: string): Promise<Emulator> {
  const port = await freePort()
  const log = createWriteStream(join(folder, 'emulator.log'))
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)])
  server.stdout.pipe(log)
  server.stderr.pipe(log)
  const endpoint = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }
  try {
    await untilItReplies(endpoint)
    const configuration = JSON.stringify({ lambda: { use_docker: false } })
    await fetch(`${endpoint}/moto-api/config`, { method: 'POST', body: configuration })
  } catch (error) {
    await stop()
    throw error
  }
  return { access: { region, endpoint, credentials }, environment: environmentFor(endpoint, folder), stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function untilItReplies(endpoint: string): Promise<void> {
  for (let waited = 0; waited < startSeconds * 10; waited += 1) {
    const reply = await fetch(`${endpoint}/moto-api/config`).catch(() => null)
    if (reply?.ok) return
    await delay(100)
  }
  throw new Error(`the emulator does not answer after ${startSeconds} s`)
}

function environmentFor(endpoint: string, folder: string): Readonly<Record<string, string>> {
  const file = join(folder, 'terraform.rc')
  const mirror = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(providerMirror())}\n  }\n}\n`
  writeFileSync(file, `disable_checkpoint = true\n${mirror}`)
  return {
    TF_CLI_CONFIG_FILE: file,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
  }
}
