import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { functionNames } from '../../infra/function-statements'
import { type Emulator, startEmulator } from './support/emulator'
import { Project } from './support/project'
import { canDeploy } from './support/tools'

const whereTerraformIs = canDeploy() ? describe : describe.skip
const run = promisify(execFile)

whereTerraformIs('the module that keyturn writes', () => {
  let folder: string
  let emulator: Emulator
  let terraform: (...args: readonly string[]) => Promise<string>

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-module-'))
    emulator = await startEmulator(folder)
    const project = new Project({ folder: join(folder, 'project'), environment: {}, app: 'infra/main.ts' })
    project.configure({ stage: 'dev', region: 'eu-central-1', contracts: [{ contract: 'keyturn' }], mirror: 'on' })
    const env = {
      ...process.env,
      AWS_CA_BUNDLE: undefined,
      ...emulator.environment,
      KEYTURN_CONFIG: join(project.folder, 'keyturn.config.ts'),
    }
    const keyturn = ['--import', 'tsx', resolve('cli/keyturn.ts'), 'module', '--out', join(folder, 'module')]
    await run(process.execPath, keyturn, { cwd: project.folder, env })
    terraform = async (...args) =>
      (await run('terraform', [`-chdir=${join(folder, 'module')}`, ...args], { env, maxBuffer: 1e8 })).stdout
  })

  afterAll(async () => {
    await emulator.stop()
    rmSync(folder, { recursive: true })
  })

  it('has the code of every function beside it', () => {
    const zips = functionNames.map(name => `${name}.zip`)
    expect(readdirSync(join(folder, 'module/functions')).toSorted()).toEqual(zips.toSorted())
  })

  it('is one that Terraform takes, and plans with what its variables are given', async () => {
    await terraform('init', '-no-color')
    expect(JSON.parse(await terraform('validate', '-json'))).toMatchObject({ valid: true, error_count: 0 })
    const plan = join(folder, 'plan.bin')
    await terraform('plan', `-out=${plan}`, '-var=alarm_email=ops@example.com', '-var=log_retention_days=90')
    const shown = await terraform('show', '-json', plan)
    const { resource_changes: changes } = JSON.parse(shown) as { resource_changes: readonly PlannedResource[] }
    const planned = (type: string) => changes.filter(each => each.type === type).map(({ change }) => change.after)
    expect(planned('aws_sns_topic_subscription')).toMatchObject([{ endpoint: 'ops@example.com' }])
    const groups = planned('aws_cloudwatch_log_group')
    expect(groups.map(({ retention_in_days: days }) => days)).toEqual(groups.map(() => 90))
    expect(groups.length).toBeGreaterThan(functionNames.length)
  })
})

/** As Terraform's own plan representation has it. */
interface PlannedResource {
  readonly type: string
  readonly change: { readonly after: Readonly<Record<string, unknown>> }
}
