import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configFile, loadConfig } from '../config/load'
import { OperatorError } from '../local/operator-error'
import type { Given, Report } from './command'
import { appOfOwnStack } from './cdktf'

// `keyturn module`: the configuration at hand as a plain root module of Terraform or OpenTofu, for whoever runs no CDKTF.

export interface ModuleOptions {
  readonly out?: string
}

/** Writes the module, with the functions' code beside it. @throws {ConfigError}, {OperatorError} */
export async function writeModule({ options: { out = 'terraform' } }: Given<ModuleOptions>): Promise<Report> {
  const app = appOfOwnStack()
  await loadConfig(configFile())
  const outdir = mkdtempSync(join(tmpdir(), 'keyturn-module-'))
  try {
    const { status } = spawnSync(app, { shell: true, stdio: 'inherit', env: { ...process.env, CDKTF_OUTDIR: outdir } })
    if (status !== 0) throw new OperatorError(`the app of cdktf.json ended with ${status}`)
    const [stack = ''] = readdirSync(join(outdir, 'stacks'))
    const folder = join(outdir, 'stacks', stack)
    // The format of Terraform's JSON syntax.
    const synthesised = JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) as SynthesisedStack
    const { files, functions } = terraformModule(synthesised)
    mkdirSync(join(out, functionsFolder), { recursive: true })
    for (const [name, content] of Object.entries(files)) writeFileSync(join(out, name), content)
    for (const [name, zip] of Object.entries(functions))
      copyFileSync(join(folder, zip), join(out, functionsFolder, name))
    const written = Object.keys(files).map(name => join(out, name))
    return {
      lines: [`${stack} is in ${out}: ${written.join(', ')}, and the functions' code`],
      json: { stack, written },
    }
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

type Block = Readonly<Record<string, unknown>>
type Blocks = Readonly<Record<string, Block>>

/** What is read of a synthesised stack; the rest is kept as it is. */
export interface SynthesisedStack {
  readonly resource: Readonly<Record<string, Blocks>>
  readonly provider: { readonly aws: readonly Block[] }
  readonly terraform: Block
}

interface TerraformModule {
  /** The text of each file, by its name. */
  readonly files: Readonly<Record<string, string>>
  /** Where the code of each function is in the synthesised stack, by its name in the module. */
  readonly functions: Readonly<Record<string, string>>
}

const functionsFolder = 'functions'

const header = [
  'Written by `keyturn module`: do not edit it, write it anew.',
  'Everything is as keyturn.config.ts says, but for what variables.tf lets you choose.',
  `The code of the functions is in ${functionsFolder}/, which \`keyturn module\` writes as well.`,
]

/** The stack as a root module. What is a variable has the configuration's value as its default. */
export function terraformModule(stack: SynthesisedStack): TerraformModule {
  const functions = resourcesOf(stack, 'aws_lambda_function').map(given => [zipNameOf(given), String(given.filename)])
  const { backend, ...terraform } = stack.terraform
  const main = withoutComments({
    ...stack,
    terraform: Object(backend).local === undefined && backend !== undefined ? stack.terraform : terraform,
    provider: { aws: stack.provider.aws.map(withTags) },
    resource: withVariables(stack),
  })
  const text = JSON.stringify({ '//': header, ...Object(main) }, null, 2)
  return {
    files: { 'main.tf.json': `${text}\n`, 'variables.tf': variablesOf(stack) },
    functions: Object.fromEntries(functions),
  }
}

function resourcesOf({ resource }: SynthesisedStack, type: string): readonly Block[] {
  return Object.values(resource[type] ?? {})
}

function zipNameOf({ function_name: name }: Block): string {
  return `${String(name).split('-').at(-1)}.zip`
}

function withVariables(stack: SynthesisedStack): Readonly<Record<string, Blocks>> {
  const { resource } = stack
  const changed: Readonly<Record<string, (given: Block) => Block>> = {
    aws_lambda_function: withCode,
    aws_cloudwatch_log_group: group => ({ ...group, retention_in_days: reference('log_retention_days') }),
    aws_apigatewayv2_stage: withThrottles,
  }
  const types = Object.entries(resource).map(([type, blocks]) => [type, mapped(blocks, changed[type])])
  return { ...Object.fromEntries(types), aws_sns_topic_subscription: { alarm_email: subscription(stack) } }
}

function mapped(blocks: Blocks, change: (given: Block) => Block = given => given): Blocks {
  return Object.fromEntries(Object.entries(blocks).map(([id, given]) => [id, change(given)]))
}

function reference(variable: string): string {
  return `\${var.${variable}}`
}

function withCode(given: Block): Block {
  const file = `\${path.module}/${functionsFolder}/${zipNameOf(given)}`
  return { ...given, filename: file, source_code_hash: `\${filebase64sha256("${file}")}` }
}

function withThrottles(stage: Block): Block {
  const routes = stage.route_settings as readonly Block[]
  return {
    ...stage,
    default_route_settings: { ...Object(stage.default_route_settings), ...throttledBy('throttle') },
    route_settings: routes.map(route => ({ ...route, ...throttledBy('change_throttle') })),
  }
}

function throttledBy(variable: string): Block {
  return {
    throttling_rate_limit: reference(`${variable}.requests_per_second`),
    throttling_burst_limit: reference(`${variable}.burst`),
  }
}

function subscription({ resource }: SynthesisedStack): Block {
  const [topic = ''] = Object.keys(resource.aws_sns_topic ?? {})
  return {
    count: '${var.alarm_email == null ? 0 : 1}',
    endpoint: reference('alarm_email'),
    protocol: 'email',
    topic_arn: `\${aws_sns_topic.${topic}.arn}`,
  }
}

function withTags(provider: Block): Block {
  const { keyturn } = tagsOf(provider)
  return { ...provider, default_tags: [{ tags: `\${merge(var.tags, { keyturn = "${keyturn}" })}` }] }
}

function tagsOf({ default_tags: defaults }: Block): Readonly<Record<string, string>> {
  return Object((defaults as readonly Block[])[0]?.tags)
}

/** CDKTF's notes on where a block comes from. */
function withoutComments(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutComments)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name]) => name !== '//')
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutComments(member)]))
}

interface Variable {
  readonly name: string
  readonly description: string
  readonly type: string
  readonly value: unknown
}

/** What may be chosen, as people read it. */
function variablesOf(stack: SynthesisedStack): string {
  const [stage = {}] = resourcesOf(stack, 'aws_apigatewayv2_stage')
  const [group = {}] = resourcesOf(stack, 'aws_cloudwatch_log_group')
  const [email = {}] = resourcesOf(stack, 'aws_sns_topic_subscription')
  const { keyturn: _keyturn, ...tags } = tagsOf(stack.provider.aws[0] ?? {})
  const throttle = 'object({ requests_per_second = number, burst = number })'
  const variables: readonly Variable[] = [
    {
      name: 'alarm_email',
      description: 'Gets the alarms, once the subscription that AWS sends is confirmed. Null: nobody does.',
      type: 'string',
      value: email.endpoint ?? null,
    },
    {
      name: 'log_retention_days',
      description: 'Days that logs are kept, one of those that CloudWatch has.',
      type: 'number',
      value: group.retention_in_days,
    },
    {
      name: 'throttle',
      description: 'Of all routes but those that change an endpoint.',
      type: throttle,
      value: limitsOf(stage.default_route_settings),
    },
    {
      name: 'change_throttle',
      description: 'Of each route that makes, rotates, revokes, changes or deletes, apart from all others.',
      type: throttle,
      value: limitsOf((stage.route_settings as readonly Block[])[0]),
    },
    { name: 'tags', description: 'Put on every resource.', type: 'map(string)', value: tags },
  ]
  return [header.map(line => `# ${line}\n`).join(''), ...variables.map(variableBlock)].join('\n')
}

function limitsOf(settings: unknown): Block {
  const { throttling_rate_limit: rate, throttling_burst_limit: burst } = Object(settings)
  return { requests_per_second: rate, burst }
}

function variableBlock({ name, description, type, value }: Variable): string {
  const lines = [`description = ${hcl(description)}`, `type        = ${type}`, `default     = ${hcl(value)}`]
  return `variable "${name}" {\n${lines.map(line => `  ${line}\n`).join('')}}\n`
}

/** A value as HCL writes it; a text is no template. */
function hcl(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value).replaceAll(/([$%])\{/g, '$1$1{')
  }
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)} = ${hcl(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
