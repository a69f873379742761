import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { stackIdOf } from '../../config/config'
import { functionNames } from '../../infra/function-statements'
import { dynamoDbClient } from '../../src/aws/clients'
import { storedTable } from '../../cli/stored-stage'
import type { Synthesised } from '../unit/infra/support/synthesise'
import { durations, timed } from './support/durations'
import { type Emulator, startEmulator } from './support/emulator'
import { withoutLeftOut } from './support/left-out'
import { Project } from './support/project'
import { canDeploy } from './support/tools'

const whereTerraformIs = canDeploy() ? describe : describe.skip
const run = promisify(execFile)

const stage = 'dev'
const regions = ['eu-central-1', 'eu-west-1'] as const
type Region = (typeof regions)[number]

whereTerraformIs('the module that keyturn writes', () => {
  let folder: string
  let emulator: Emulator
  let env: NodeJS.ProcessEnv
  let terraform: (region: Region, ...args: readonly string[]) => Promise<string>

  /** A root module for each region, as `keyturn module` writes it. */
  async function writeModules(): Promise<void> {
    const project = new Project({ folder: join(folder, 'project'), environment: {}, app: 'infra/main.ts' })
    env = {
      ...process.env,
      AWS_CA_BUNDLE: undefined,
      ...emulator.environment,
      KEYTURN_CONFIG: join(project.folder, 'keyturn.config.ts'),
    }
    for (const region of regions) {
      project.configure({ stage, region, contracts: [{ contract: 'keyturn' }], mirror: 'on' })
      const keyturn = ['--import', 'tsx', resolve('cli/keyturn.ts'), 'module', '--out', join(folder, region)]
      await run(process.execPath, keyturn, { cwd: project.folder, env })
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-module-'))
    emulator = await startEmulator(folder)
    await timed('write a module for each region', writeModules)
    terraform = async (region, ...args) =>
      (await run('terraform', [`-chdir=${join(folder, region)}`, ...args], { env, maxBuffer: 1e8 })).stdout
  })

  afterAll(async () => {
    await emulator.stop()
    rmSync(folder, { recursive: true })
    process.stderr.write(`\n${durations()}\n`)
  })

  it('has the code of every function beside it', () => {
    const zips = functionNames.map(name => `${name}.zip`)
    for (const region of regions) {
      expect(readdirSync(join(folder, region, 'functions')).toSorted()).toEqual(zips.toSorted())
    }
  })

  async function planOf(region: Region, ...args: readonly string[]): Promise<readonly PlannedResource[]> {
    const plan = join(folder, `${region}.bin`)
    await terraform(region, 'plan', `-out=${plan}`, ...args)
    // Terraform's own plan representation.
    return (JSON.parse(await terraform(region, 'show', '-json', plan)) as Plan).resource_changes
  }

  it('is one that Terraform takes, and plans with what its variables are given', async () => {
    const [region] = regions
    await terraform(region, 'init', '-no-color')
    expect(JSON.parse(await terraform(region, 'validate', '-json'))).toMatchObject({ valid: true, error_count: 0 })
    const changes = await planOf(region, '-var=alarm_email=ops@example.com', '-var=log_retention_days=90')
    const planned = (type: string) => changes.filter(each => each.type === type).map(({ change }) => change.after)
    expect(planned('aws_sns_topic_subscription')).toMatchObject([{ endpoint: 'ops@example.com' }])
    const groups = planned('aws_cloudwatch_log_group')
    expect(groups.map(group => group?.['retention_in_days'])).toEqual(groups.map(() => 90))
    expect(groups.length).toBeGreaterThan(functionNames.length)
  })

  /** What the emulator does not know is left out, as for every deployment to it. */
  function leaveOut(region: Region): void {
    const file = join(folder, region, 'main.tf.json')
    const written = JSON.parse(readFileSync(file, 'utf8')) as Synthesised
    writeFileSync(file, JSON.stringify({ ...written, resource: withoutLeftOut(written.resource) }))
  }

  it('is applied by terraform alone, for the same stage in two regions of one account at once', async () => {
    const apply = async (region: Region): Promise<void> => {
      leaveOut(region)
      await terraform(region, 'init', '-no-color')
      await terraform(region, 'apply', '-no-color', '-auto-approve')
    }
    await Promise.all(regions.map(region => timed(`apply the module in ${region}`, () => apply(region))))
    for (const region of regions) {
      const client = dynamoDbClient({ ...emulator.access, region })
      expect(await storedTable({ client, name: `keyturn-${stage}` })).toMatchObject({ name: `keyturn-${stage}` })
      client.destroy()
    }
  })

  it('gives what an account has once for all regions a name for each', async () => {
    const [one = [], other = []] = await Promise.all(regions.map(region => appliedNames(region)))
    expect(one.length).toBe(functionNames.length + 1)
    expect(other.length).toBe(one.length)
    expect(one.filter(name => other.includes(name))).toEqual([])
    for (const [place, names] of [one, other].entries()) {
      expect(names.filter(name => !name.endsWith(`-${regions[place]}`))).toEqual([])
    }
    expect(stackIdOf({ stage, region: regions[0] })).not.toBe(stackIdOf({ stage, region: regions[1] }))
  })

  /** Roles and dashboards, as AWS has them. */
  async function appliedNames(region: Region): Promise<readonly string[]> {
    const { values } = JSON.parse(await terraform(region, 'show', '-json')) as State
    return values.root_module.resources.flatMap(({ type, values: { name, dashboard_name: dashboard } }) => {
      if (type === 'aws_iam_role') return [String(name)]
      return type === 'aws_cloudwatch_dashboard' ? [String(dashboard)] : []
    })
  }

  it('changes nothing in one region once the other is there, but for what the emulator does not give back', async () => {
    for (const region of regions) {
      const changes = await timed(`plan again in ${region}`, () => planOf(region))
      const touched = changes.filter(({ change }) => change.actions.join() !== 'no-op')
      expect(touched.map(({ change }) => change.actions.join())).toEqual(touched.map(() => 'update'))
      const types = new Set(touched.map(({ type }) => type))
      expect([...types].filter(type => !notGivenBack.includes(type))).toEqual([])
    }
  })
})

/** Functions lose their logging configuration, and a queue's redrive policy comes back with other white space. */
const notGivenBack: readonly string[] = ['aws_lambda_function', 'aws_sqs_queue']

interface PlannedResource {
  readonly type: string
  readonly change: {
    readonly actions: readonly string[]
    readonly after: Readonly<Record<string, unknown>> | null
  }
}

interface Plan {
  readonly resource_changes: readonly PlannedResource[]
}

interface State {
  readonly values: {
    readonly root_module: {
      readonly resources: readonly { readonly type: string; readonly values: Readonly<Record<string, unknown>> }[]
    }
  }
}
