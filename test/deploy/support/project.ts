import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Config, stackIdOf } from '../../../config/config'

const root = resolve(__dirname, '../../..')

export interface ProjectOptions {
  /** An empty folder. */
  readonly folder: string
  /** Of every command, besides what the machine has. */
  readonly environment: Readonly<Record<string, string>>
  /** The CDKTF app, within the repository. */
  readonly app: string
}

/** What a plan would do to one resource; no-ops are left out. */
export interface PlannedChange {
  readonly address: string
  readonly actions: readonly string[]
  /** The arguments that would change. */
  readonly changed: readonly string[]
}

/** A platform engineer's project in a folder of its own: a configuration, and the commands that deploy it. */
export class Project {
  readonly folder: string
  readonly #environment: Readonly<Record<string, string | undefined>>
  #region = ''
  /** Everything that any command printed. */
  printed = ''

  constructor({ folder, environment, app: file }: ProjectOptions) {
    this.folder = folder
    const own = { KEYTURN_CONFIG: join(folder, 'keyturn.config.ts'), CHECKPOINT_DISABLE: '1' }
    this.#environment = { ...process.env, AWS_CA_BUNDLE: undefined, CI: '1', ...environment, ...own }
    mkdirSync(folder, { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const app = `node --import tsx ${join(root, file)}`
    this.#write(
      'cdktf.json',
      JSON.stringify({ language: 'typescript', app, projectId: 'keyturn', sendCrashReports: 'false' }),
    )
  }

  configure(config: Config): void {
    this.#region = config.region
    this.#write('keyturn.config.ts', `export default ${JSON.stringify(config, null, 2)}\n`)
  }

  deploy(): Promise<string> {
    return this.#run('node', ['--import', 'tsx', join(root, 'cli/keyturn.ts'), 'deploy', ...unattended])
  }

  destroy(): Promise<string> {
    return this.#run('node', ['--import', 'tsx', join(root, 'cli/keyturn.ts'), 'destroy', ...unattended])
  }

  async plan(stage: string): Promise<readonly PlannedChange[]> {
    const file = join(this.folder, 'plan.bin')
    await this.terraform(stage, 'plan', '-no-color', `-out=${file}`)
    const plan = await this.terraform(stage, 'show', '-json', file)
    this.#write('plan.json', plan)
    // Terraform's own plan representation.
    const { resource_changes: changes } = JSON.parse(plan) as PlanRepresentation
    return changes.filter(({ change }) => change.actions.join() !== 'no-op').map(plannedChange)
  }

  async outputs(stage: string): Promise<Readonly<Record<string, string>>> {
    // `output -json` has one `{value}` for each.
    const outputs = JSON.parse(await this.terraform(stage, 'output', '-json')) as Record<string, { value: string }>
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))
  }

  terraform(stage: string, ...args: readonly string[]): Promise<string> {
    return this.#run('terraform', [`-chdir=${this.stackFolder(stage)}`, ...args])
  }

  stackFolder(stage: string): string {
    return join(this.folder, 'cdktf.out/stacks', this.#stackId(stage))
  }

  /** Terraform's state, as the file has it. */
  state(stage: string): string {
    return this.read(`terraform.${this.#stackId(stage)}.tfstate`)
  }

  #stackId(stage: string): string {
    return stackIdOf({ stage, region: this.#region })
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  #write(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content)
  }

  async #run(command: string, args: readonly string[]): Promise<string> {
    const child = spawn(command, args, { cwd: this.folder, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    const closed = once(child, 'close')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [status] = await closed
    this.printed += out + err
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${(out + err).slice(-8000)}`)
    return out
  }
}

const unattended = ['--auto-approve']

interface PlanRepresentation {
  readonly resource_changes: readonly ResourceChange[]
}

interface ResourceChange {
  readonly address: string
  readonly change: {
    readonly actions: readonly string[]
    readonly before: Readonly<Record<string, unknown>> | null
    readonly after: Readonly<Record<string, unknown>> | null
  }
}

function plannedChange({ address, change: { actions, before, after } }: ResourceChange): PlannedChange {
  const names = Object.keys(after ?? {}).filter(
    name => JSON.stringify(after?.[name]) !== JSON.stringify(before?.[name] ?? null),
  )
  return { address, actions, changed: names }
}
