import { apiKeyHash } from '../../../src/access/api-key'
import type { Answer } from '../../support/api-caller'
import type { RotateFunction } from './rotate-function'
import type { Credentials, Repeatable, Scenario } from './scenario'
import { sharedOut } from './shared-out'

/** What happens around one call of a change. */
export const faultKinds = ['killed before it', 'its reply lost', 'its reply lost and killed'] as const
export type FaultKind = (typeof faultKinds)[number]

export interface FaultCase {
  readonly scenario: Scenario
  readonly kind: FaultKind
  /** The call's name: `UpdateItem 2`. */
  readonly at: string
  /** Also its `Idempotency-Key`. */
  readonly key: string
}

export interface FaultRun extends FaultCase {
  readonly request: Repeatable
  readonly reply: Answer
  /** Whether the call came. */
  readonly struck: boolean
}

/** The calls of each scenario when nothing goes wrong. */
export async function recordCalls(
  { api, proxy }: RotateFunction,
  credentials: Credentials,
  scenarios: readonly Scenario[],
): Promise<ReadonlyMap<Scenario, readonly string[]>> {
  const recorded = new Map<Scenario, readonly string[]>()
  for (const scenario of scenarios) {
    const request = await scenario.prepare(api, credentials, `record-${recorded.size}`)
    const { log } = proxy.watch(marksOf(request))
    const reply = await request.send()
    if (reply.status !== scenario.status) throw new Error(`${scenario.name} answered ${reply.status}: ${reply.text}`)
    recorded.set(
      scenario,
      log.calls.map(({ name }) => name),
    )
    proxy.forget()
  }
  return recorded
}

/** Every fault at every call. */
export function faultCases(recorded: ReadonlyMap<Scenario, readonly string[]>): readonly FaultCase[] {
  return faultKinds.flatMap(kind =>
    [...recorded].flatMap(([scenario, calls], index) =>
      calls.map(at => ({ scenario, kind, at, key: `${index}-${at}-${kind}`.replaceAll(' ', '-') })),
    ),
  )
}

/** Runs every case once: as many at a time as there are credentials, and one crash for all whose worker is killed. */
export async function runFaults(
  through: RotateFunction,
  credentials: readonly Credentials[],
  cases: readonly FaultCase[],
): Promise<readonly FaultRun[]> {
  const runs: FaultRun[] = []
  for (const kind of faultKinds) {
    const left = cases.filter(each => each.kind === kind)
    while (left.length > 0) runs.push(...(await runGroup(through, credentials, left.splice(0, credentials.length))))
  }
  return runs
}

async function runGroup(
  through: RotateFunction,
  credentials: readonly Credentials[],
  group: readonly FaultCase[],
): Promise<readonly FaultRun[]> {
  const { api, proxy, kill } = through
  const prepared = await Promise.all(
    credentials.slice(0, group.length).map(async (own, at) => {
      const each = group[at]
      if (each === undefined) throw new RangeError('more credentials than cases')
      return { each, request: await each.scenario.prepare(api, own, each.key) }
    }),
  )
  const killed = onceAllHaveCome(group.length, kill)
  const replies = prepared.map(async ({ each, request }) => {
    const when = each.kind === 'killed before it' ? 'before' : 'after'
    const strike = each.kind === 'its reply lost' ? () => Promise.resolve() : killed
    const fault = { hits: (name: string) => name === each.at, when, strike } as const
    const watch = proxy.watch(marksOf(request), { fault })
    const reply = await request.send()
    return { ...each, request, reply, struck: watch.struck }
  })
  const runs = await Promise.all(replies)
  proxy.forget()
  return runs
}

/** What every call of the request has in its body: the endpoint's id, or the hash of the API key. */
function marksOf({ endpointId, token }: Repeatable): readonly string[] {
  return [endpointId, apiKeyHash(token)]
}

/** Does the work when called for the last time, and holds all callers until it is done. */
function onceAllHaveCome(callers: number, work: () => Promise<void>): () => Promise<void> {
  let missing = callers
  let release: () => void = () => undefined
  const done = new Promise<void>(resolve => (release = resolve))
  return async () => {
    missing -= 1
    if (missing === 0) await work().finally(release)
    await done
  }
}

/** Sends every request again, a few at a time. By the key of the run. */
export async function repeatRuns(runs: readonly FaultRun[]): Promise<ReadonlyMap<string, Answer>> {
  const repeat = async ({ key, request }: FaultRun): Promise<readonly [string, Answer]> => [key, await request.send()]
  return new Map(await sharedOut(runs, [repeat, repeat, repeat, repeat]))
}
