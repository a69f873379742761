import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { LocalFunction } from '../../local/local-functions'
import { buildWorkerRuntime, endBuilder } from '../../scripts/bundle'
import { storno } from '../../src/contracts/storno'
import { secretOf } from '../unit/rotation-hook/model'
import { type ScriptedVendor, startScriptedVendor } from '../unit/rotation-hook/scripted-vendor'
import { type ActionRecorder, startActionRecorder } from './support/deploy-actions'
import { deployedFunction } from './support/deployed-function'
import { type Emulator, startEmulator } from './support/emulator'
import { durations, timed } from './support/durations'
import { listedActions, neverAskedFor } from './support/listed-actions'
import { canDeploy } from './support/tools'

const whereTerraformIs = canDeploy() ? describe : describe.skip
const run = promisify(execFile)
const SecretId = 'storno/webhook'
const token = 'a'.repeat(32)

whereTerraformIs('the example of a consumer, deployed', () => {
  let folder: string
  let stackFolder: string
  let emulator: Emulator
  let recorder: ActionRecorder
  let vendor: ScriptedVendor
  let client: SecretsManagerClient
  let hook: LocalFunction | undefined
  let environment: NodeJS.ProcessEnv
  let functionName: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-consumer-'))
    stackFolder = join(folder, 'cdktf.out/stacks/consumer')
    emulator = await startEmulator(folder)
    recorder = await startActionRecorder(emulator.access.endpoint)
    const masked = `whsec_${'•'.repeat(24)}`
    vendor = await startScriptedVendor([
      { status: 200, body: { secret: secretOf(storno, 7) } },
      { status: 200, body: { secret: masked } },
    ])
    environment = {
      ...process.env,
      AWS_CA_BUNDLE: undefined,
      ...emulator.environment,
      AWS_ENDPOINT_URL: recorder.url,
      STORNO_WEBHOOK: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
      STORNO_COMPANY: '550e8400-e29b-41d4-a716-446655440000',
      STORNO_URL: vendor.url,
    }
    client = new SecretsManagerClient(emulator.access)
  })

  afterAll(async () => {
    await hook?.kill()
    client?.destroy()
    await vendor?.close()
    await recorder?.stop()
    await emulator?.stop()
    process.stderr.write(`\n${durations()}\n`)
    rmSync(folder, { recursive: true, force: true })
  })

  async function terraform(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('terraform', [`-chdir=${stackFolder}`, ...args], { env: environment, maxBuffer: 1e8 })
    return stdout
  }

  it('is applied', async () => {
    const main = resolve('examples/consumer/main.ts')
    await run(process.execPath, ['--import', require.resolve('tsx'), main], { cwd: folder, env: environment })
    await terraform('init', '-no-color')
    await timed('apply a rotated secret', () => terraform('apply', '-no-color', '-auto-approve'))
    const described = await client.send(new DescribeSecretCommand({ SecretId }))
    functionName = described.RotationLambdaARN?.split(':').at(-1) ?? ''
    expect(described.RotationLambdaARN).toMatch(/:function:storno-webhook-[0-9a-f]{8}-rotation$/)
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }))
    expect(SecretString).toBe('{"keyturn":"not rotated yet"}')
  })

  it('rotates at the vendor, with the code and the environment that were deployed', async () => {
    await client.send(new PutSecretValueCommand({ SecretId: 'storno/token', SecretString: 'the-token' }))
    // The emulator forgets what it is not told again, and calls nothing.
    const { RotationLambdaARN, RotationRules } = await client.send(new DescribeSecretCommand({ SecretId }))
    const { ARN } = await client.send(
      new RotateSecretCommand({
        SecretId,
        ClientRequestToken: token,
        RotationLambdaARN,
        RotationRules: { ScheduleExpression: RotationRules?.ScheduleExpression, AutomaticallyAfterDays: 30 },
      }),
    )
    hook = await deployedHook()
    for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) {
      await hook.invoke({ Step, SecretId: ARN, ClientRequestToken: token })
    }
    const { SecretString = '', VersionId } = await client.send(new GetSecretValueCommand({ SecretId }))
    expect(VersionId).toBe(token)
    expect(JSON.parse(SecretString)).toMatchObject({ signingSecret: secretOf(storno, 7), keys: [{ id: token }] })
    const headers = { authorization: 'Bearer the-token', 'x-company': environment.STORNO_COMPANY }
    expect(vendor.received[0]).toMatchObject({ headers })
  })

  it('would stay rotated, and keep an intent of the hook, if it were deployed again', async () => {
    const intent = { Key: 'keyturn:intent:a-run', Value: `${token} 2026-11-28T12:00:00.000Z` }
    await client.send(new TagResourceCommand({ SecretId, Tags: [intent] }))
    const file = join(folder, 'plan.bin')
    await terraform('plan', '-no-color', `-out=${file}`)
    // Terraform's own plan representation.
    const plan = JSON.parse(await terraform('show', '-json', file)) as {
      readonly resource_changes: readonly { readonly type: string; readonly change: Change }[]
    }
    const touched = plan.resource_changes.filter(({ change }) => change.actions.join() !== 'no-op')
    expect(touched.map(({ type }) => type)).not.toContain('aws_secretsmanager_secret_version')
    expect(touched.flatMap(({ change }) => change.actions)).not.toContain('delete')
    const secrets = plan.resource_changes.filter(({ type }) => type === 'aws_secretsmanager_secret')
    const tags = { [intent.Key]: intent.Value }
    expect(secrets.map(({ change }) => change.after)).toContainEqual(expect.objectContaining({ tags, tags_all: tags }))
  })

  it('is destroyed, and asks for the permissions that the guide lists, and for no other', async () => {
    await timed('destroy it', () => terraform('destroy', '-no-color', '-auto-approve'))
    const listed = listedActions('rotated-secret')
    expect([...recorder.actions].filter(action => !listed.includes(action))).toEqual([])
    const isNeverAskedFor = neverAskedFor('rotated-secret')
    expect(listed.filter(action => !recorder.actions.has(action) && !isNeverAskedFor(action))).toEqual([])
    expect([...recorder.actions].filter(isNeverAskedFor)).toEqual([])
  })

  async function deployedHook(): Promise<LocalFunction> {
    const runtime = await buildWorkerRuntime(folder)
    await endBuilder()
    const { access } = emulator
    return deployedFunction({ name: functionName, access, awsUrl: access.endpoint, stackFolder, folder, runtime })
  }
})

interface Change {
  readonly actions: string[]
  readonly after: object
}
