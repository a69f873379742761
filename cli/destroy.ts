import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager'
import { createInterface } from 'node:readline/promises'
import { type Config, isDisposable } from '../config/config'
import { configFile, loadConfig } from '../config/load'
import { OperatorError } from '../local/operator-error'
import { requireOwnStack, runCdktf } from './cdktf'
import { type Given, type Report, sayOnStderr } from './command'
import {
  deliveryQueueName,
  hasDeliveryQueue,
  type StageClients,
  stageClients,
  storedStage,
  type StoredStage,
} from './stored-stage'

// `keyturn destroy`: takes a stage down. A disposable one goes with its data; of any other, table, keys and mirrors stay.
// It names what goes and asks for the stage's name first. What was destroyed is read back from AWS afterwards, and never
// guessed from how cdktf ended: that ends with 0 also when its own question was answered with no.

export interface DestroyOptions {
  readonly yes?: string
}

export async function destroy({ options, args }: Given<DestroyOptions>): Promise<Report> {
  requireOwnStack()
  const config = await loadConfig(configFile())
  const printTo = options.json === true ? process.stderr : process.stdout
  const deps: DestroyDeps = {
    clients: stageClients(config),
    cdktf: async (cdktfArgs, environment = {}) => runCdktf({ args: cdktfArgs, environment, printTo }),
    ask: process.stdin.isTTY ? askOnTerminal : null,
    say: sayOnStderr,
  }
  return destroyStage(deps, { config, yes: options.yes, cdktfArgs: args })
}

export interface DestroyDeps {
  readonly clients: StageClients
  /** Runs cdktf with these arguments, and these variables besides our own. Returns its exit status. */
  readonly cdktf: (args: readonly string[], environment?: Readonly<Record<string, string>>) => Promise<number>
  /** Null where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string>) | null
  readonly say: (line: string) => void
}

export interface DestroyRequest {
  readonly config: Config
  /** The stage's name, given as an option. */
  readonly yes: string | undefined
  readonly cdktfArgs: readonly string[]
}

/** @throws {OperatorError} when the stage's name was not given, or the stage is still there afterwards */
export async function destroyStage(deps: DestroyDeps, request: DestroyRequest): Promise<Report> {
  const before = await storedStage(deps.clients, request.config.stage)
  return isDisposable(request.config.stage) ? destroyAll(deps, request, before) : retire(deps, request, before)
}

async function destroyAll(deps: DestroyDeps, request: DestroyRequest, before: StoredStage): Promise<Report> {
  const { stage, region } = request.config
  deps.say(`This destroys the stage ${stage} in ${region}, with all that is stored:`)
  for (const line of storedLines(before)) deps.say(line)
  await confirm(deps, request)
  const exitCode = await deps.cdktf(['destroy', ...approvedArgs(request)])
  const after = await storedStage(deps.clients, stage)
  requireGone(stage, after)
  await deleteMirrors(deps.clients, after.mirrors)
  const { mirrors } = after
  return { lines: [whatWasDestroyed(mirrors, exitCode)], json: { stage, destroyed: { ...before, mirrors } }, exitCode }
}

function storedLines({ table, ringKeyId, mirrorKeyId, mirrors }: StoredStage): readonly string[] {
  return [
    table === null ? '  no table' : `  table ${table.name}: ${table.bytes} bytes`,
    `  ring key ${ringKeyId ?? 'none'} and mirror key ${mirrorKeyId ?? 'none'}`,
    `  mirrors in Secrets Manager: ${mirrors.length}`,
  ]
}

/** @throws {OperatorError} naming what is still there: receivers may still need its mirrors then */
function requireGone(stage: string, { table, ringKeyId, mirrorKeyId }: StoredStage): void {
  const left = [
    table === null ? [] : `table ${table.name}`,
    ringKeyId === null ? [] : `ring key ${ringKeyId}`,
    mirrorKeyId === null ? [] : `mirror key ${mirrorKeyId}`,
  ].flat()
  if (left.length === 0) return
  throw new OperatorError(`the stage ${stage} is still there (${left.join(', ')}), so none of its mirrors was deleted`)
}

/**
 * Without a recovery window: nothing is left that could read them with, or would, and under their names the stage makes
 * new ones when it is deployed again. One that is gone already is no error.
 */
async function deleteMirrors({ secrets }: StageClients, names: readonly string[]): Promise<void> {
  for (const SecretId of names) {
    await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
  }
}

function whatWasDestroyed(mirrors: readonly string[], exitCode: number): string {
  const deleted = `${mirrors.length} mirrors are deleted, and both keys are scheduled for deletion in 7 days`
  if (exitCode === 0) return `Nothing stays: ${deleted}.`
  return `The table is gone, ${deleted}; cdktf ended with ${exitCode}: run this again for the rest of the stack.`
}

/** cdktf destroys all but table, keys and mirrors by deploying a stack with nothing else in it. */
async function retire(deps: DestroyDeps, request: DestroyRequest, before: StoredStage): Promise<Report> {
  const { stage, region } = request.config
  const kept = await keptOf(deps.clients, request.config, before)
  deps.say(
    `This takes the stage ${stage} in ${region} down: its API, its functions, and its queues with what waits there.`,
  )
  deps.say('What stays:')
  for (const line of storedLines(before)) deps.say(line)
  await confirm(deps, request)
  const exitCode = await deps.cdktf(['deploy', ...approvedArgs(request)], { KEYTURN_RETIRE: '1' })
  if (await hasDeliveryQueue(deps.clients, stage)) {
    throw new OperatorError(`the stage ${stage} is still there (queue ${deliveryQueueName(stage)})`)
  }
  return {
    lines: whatStays(kept),
    json: { stage, kept, monthlyUsd: monthlyCosts(kept), adopt: adoption(kept) },
    exitCode,
  }
}

/** What a stage that is not disposable leaves behind. */
export interface KeptStage {
  readonly table: string
  readonly tableBytes: number
  readonly ringKeyId: string
  readonly mirrorKeyId: string
  readonly mirrors: number
}

/**
 * Names of keys go early: a run that was cut short leaves a stage whose keys are no longer found by them.
 * @throws {OperatorError} where there is nothing to take down
 */
async function keptOf(clients: StageClients, { stage, region }: Config, before: StoredStage): Promise<KeptStage> {
  const { table, ringKeyId, mirrorKeyId, mirrors } = before
  const hasKeys = ringKeyId !== null && mirrorKeyId !== null
  if (table === null || !(hasKeys || (await hasDeliveryQueue(clients, stage)))) {
    const missing = table === null ? 'table' : `key alias/keyturn-${stage}-${ringKeyId === null ? 'ring' : 'mirror'}`
    throw new OperatorError(`there is no stage ${stage} in ${region} to take down: its ${missing} is not there`)
  }
  return {
    table: table.name,
    tableBytes: table.bytes,
    ringKeyId: ringKeyId ?? namedBefore,
    mirrorKeyId: mirrorKeyId ?? namedBefore,
    mirrors: mirrors.length,
  }
}

const namedBefore = '<the id that the first run named>'

/** US dollars a month in us-east-1, November 2026: a GB of table and of its point-in-time recovery, a key, a secret. */
const monthly = { tableGigabyte: 0.25 + 0.2, key: 1, mirror: 0.4 }
const gigabyte = 1024 ** 3

function monthlyCosts({ tableBytes, mirrors }: KeptStage) {
  const table = (tableBytes / gigabyte) * monthly.tableGigabyte
  const costs = { table, keys: 2 * monthly.key, mirrors: mirrors * monthly.mirror }
  return { ...costs, together: costs.table + costs.keys + costs.mirrors }
}

/** What stays, what it costs, and how a later deployment takes it over. */
function whatStays(kept: KeptStage): readonly string[] {
  const { table, tableBytes, ringKeyId, mirrorKeyId, mirrors } = kept
  const costs = monthlyCosts(kept)
  return [
    'What stays, and what it costs a month:',
    `  table ${table}: ${tableBytes} bytes, ${dollars(costs.table)}`,
    `  ring key ${ringKeyId} and mirror key ${mirrorKeyId}: ${dollars(costs.keys)}`,
    `  mirrors in Secrets Manager: ${mirrors}, ${dollars(costs.mirrors)}`,
    `  together: ${dollars(costs.together)}`,
    'Without the ring key the table cannot be read again. To deploy over it, add to the configuration:',
    `  adopt: { table: true, ringKey: '${ringKeyId}', mirrorKey: '${mirrorKeyId}' },`,
  ]
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}

function adoption({ ringKeyId, mirrorKeyId }: KeptStage): Config['adopt'] {
  return { table: true, ringKey: ringKeyId, mirrorKey: mirrorKeyId }
}

/**
 * Goes on once the stage's name was given: as an option, or on the terminal. Where there is no terminal,
 * `--auto-approve` is enough. @throws {OperatorError}
 */
async function confirm({ ask }: DestroyDeps, { config: { stage }, yes, cdktfArgs }: DestroyRequest): Promise<void> {
  if (yes === undefined && ask === null) {
    if (cdktfArgs.includes(autoApprove)) return
    throw new OperatorError(`nothing was destroyed: nobody can be asked here, so give --yes ${stage}`)
  }
  const answer = yes ?? (await ask?.(`Type the stage's name, ${stage}, to go on: `))
  if (answer?.trim() === stage) return
  throw new OperatorError(`nothing was destroyed: the stage is called ${stage}, not ${JSON.stringify(answer)}`)
}

const autoApprove = '--auto-approve'

function approvedArgs({ yes, cdktfArgs }: DestroyRequest): readonly string[] {
  return yes === undefined || cdktfArgs.includes(autoApprove) ? cdktfArgs : [...cdktfArgs, autoApprove]
}

/** On stderr, since stdout may be kept for one JSON document. An end of the input is an empty answer. */
async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise((resolve, reject) => {
      terminal.once('close', () => resolve(''))
      terminal.question(question).then(resolve, reject)
    })
  } finally {
    terminal.close()
  }
}
