import {
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda'
import { type Config, deliveryConcurrencyOf, type ReservedConcurrency } from '../config/config'
import { OperatorError } from '../local/operator-error'
import type { ClientOptions } from '../src/aws/clients'

// Whether the account runs as many functions at once as the configuration needs, before `keyturn deploy` changes anything.
// Functions share one quota, which is 10 in many new accounts: deliveries alone would then keep a revoke from running.

const reservable = ['rotate', 'endpoints', 'sweep', 'access'] as const

/** How many functions an account runs at once. */
export interface AccountConcurrency {
  readonly quota: number
  /** What no function has reserved, or this stage's functions have. */
  readonly available: number
}

export type ConcurrencyNeeds = Pick<Config, 'stage' | 'region' | 'deliveries' | 'reservedConcurrency'>

/** A client that gives up soon: a deployment does not wait long for a recommendation. */
export function lambdaClient(options: ClientOptions): LambdaClient {
  const requestHandler = { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true }
  return new LambdaClient({ requestHandler, maxAttempts: 2, ...options })
}

/**
 * Says what the account has and what is recommended. An account that cannot be read is not checked: whoever deploys may
 * lack that permission.
 * @throws {OperatorError} when the configuration leaves too little
 */
export async function checkConcurrency(
  client: LambdaClient,
  needs: ConcurrencyNeeds,
  say: (line: string) => void,
): Promise<void> {
  const account = await readConcurrency(client, needs.stage, say)
  if (account === null) return
  for (const line of recommendation(needs, account)) say(line)
  const fault = concurrencyFault(needs, account)
  if (fault !== null) throw new OperatorError(`nothing was deployed: ${fault}`)
}

async function readConcurrency(
  client: LambdaClient,
  stage: string,
  say: (line: string) => void,
): Promise<AccountConcurrency | null> {
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}))
    const { ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved } = AccountLimit ?? {}
    if (quota === undefined || unreserved === undefined) throw new TypeError('Lambda names no quota')
    const own = await Promise.all(reservable.map(name => reservedBy(client, `keyturn-${stage}-${name}`)))
    return { quota, available: own.reduce((sum, count) => sum + count, unreserved) }
  } catch (error) {
    const name = error instanceof Error ? error.name : 'unknown'
    say(`How many functions this account runs at once could not be read (${name}), so it was not checked.`)
    return null
  }
}

/** How many the function has reserved; 0 for one that is not there yet. */
async function reservedBy(client: LambdaClient, name: string): Promise<number> {
  try {
    const found = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: name }))
    return found.ReservedConcurrentExecutions ?? 0
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return 0
    throw error
  }
}

/** How many Lambda keeps for functions without a reservation: 100, or all of a smaller quota. */
function keptUnreserved({ quota }: AccountConcurrency): number {
  return Math.min(quota, 100)
}

/** Why the account is too small for the configuration, and what to do; null: it is not. */
function concurrencyFault(needs: ConcurrencyNeeds, account: AccountConcurrency): string | null {
  const reserved = reservable.map(name => needs.reservedConcurrency?.[name] ?? 0).reduce((sum, count) => sum + count)
  const kept = keptUnreserved(account)
  const left = account.available - reserved
  const { quota, available } = account
  if (reserved > 0 && left < kept) {
    const most = Math.max(0, available - kept)
    return `reservedConcurrency takes ${reserved}, and the account has ${most} to reserve: of its quota of ${quota}, ${available} are not reserved by others, and ${kept} have to stay unreserved. ${most === 0 ? 'Leave it out' : 'Reserve less'}, or ${askForMore}`
  }
  const sharing = reservable.filter(name => needs.reservedConcurrency?.[name] === undefined)
  const deliveries = deliveryConcurrencyOf(needs)
  if (sharing.length === 0 || left - deliveries >= sharing.length) return null
  const fewer = left - sharing.length
  const remedy = fewer < 2 ? askForMore : `set deliveries: { concurrency: ${fewer} } or less, or ${askForMore}`
  return `deliveries.concurrency is ${deliveries}, and functions without reserved concurrency share ${left} in this account (quota ${quota}): while events are delivered, ${sharing.join(', ')} could not run, and nobody could rotate or revoke. Therefore ${remedy}`
}

const askForMore = 'ask for a greater quota (Service Quotas, AWS Lambda, Concurrent executions)'

/** What the account has, and what fits in it. */
function recommendation(needs: ConcurrencyNeeds, account: AccountConcurrency): readonly string[] {
  const { quota, available } = account
  const reserved = recommendedReservation(account)
  const left = available - reservable.map(name => reserved?.[name] ?? 0).reduce((sum, count) => sum + count)
  const concurrency = Math.max(2, Math.min(deliveryConcurrencyOf(needs), left - reservable.length))
  const reservation =
    reserved === null
      ? 'no reservedConcurrency'
      : `reservedConcurrency: { ${reservable.map(name => `${name}: ${reserved[name]}`).join(', ')} }`
  const recommended = `Recommended: ${reservation}, deliveries: { concurrency: ${concurrency} }`
  return [
    `Functions that run at once in ${needs.region}: quota ${quota}, ${available} not reserved by others.`,
    reserved === null ? `${recommended}, and to ${askForMore}.` : `${recommended}.`,
  ]
}

const wanted = { rotate: 20, endpoints: 20, sweep: 2, access: 2 } as const

/** Null: there is nothing to reserve. */
function recommendedReservation(account: AccountConcurrency): Required<ReservedConcurrency> | null {
  const spare = account.available - keptUnreserved(account)
  const each = Math.min(wanted.rotate, Math.floor((spare - wanted.sweep - wanted.access) / 2))
  return each < 2 ? null : { ...wanted, rotate: each, endpoints: each }
}
