import type { SweepDeps } from '../../src/rotation/sweep'
import { callPort, timedOut } from './network'
import type { Caller, World } from './world'

/** A call that went out takes effect whether or not its caller still waits. */
const never = new AbortController().signal

/** Everything that a use case reaches outside for, as one caller sees it: through the scheduler, on the virtual clock. */
export function portsOf(world: World, caller: Caller): SweepDeps {
  const { store, audit, sealer, mirror, events, health } = world.cloud.services
  const call = <Reply>(name: string, input: readonly unknown[], effect: () => Promise<Reply>, signal?: AbortSignal) =>
    callPort(world, caller, { name, input, effect, signal: signal ?? null })
  return {
    store: {
      load: key => call('store.load', [key], () => store.load(key)),
      create: (endpoint, vacancy) => call('store.create', [endpoint, vacancy], () => store.create(endpoint, vacancy)),
      commit: (endpoint, expected) =>
        call('store.commit', [endpoint, expected], () => store.commit(endpoint, expected)),
      settle: (endpoint, settled, signal) =>
        call('store.settle', [endpoint, settled], () => store.settle(endpoint, settled, never), signal),
      settlePolicy: (endpoint, policy, signal) =>
        call('store.settlePolicy', [endpoint], () => store.settlePolicy(endpoint, policy, never), signal),
      drop: (endpoint, signal) => call('store.drop', [endpoint], () => store.drop(endpoint, never), signal),
      list: (tenantId, page) => call('store.list', [tenantId], () => store.list(tenantId, page)),
      due: async function* (range) {
        yield* await call('store.due', [range], () => pagesOf(store.due(range)))
      },
    },
    audit: {
      record: (record, signal) => call('audit.record', [record], () => audit.record(record, never), signal),
      list: (key, page) => call('audit.list', [key], () => audit.list(key, page)),
      listAll: (key, page) => call('audit.listAll', [key], () => audit.listAll(key, page)),
      listOfTenant: (tenantId, range) => call('audit.listOfTenant', [], () => audit.listOfTenant(tenantId, range)),
    },
    sealer: {
      seal: (secret, context) => call('sealer.seal', [secret, context], () => sealer.seal(secret, context)),
      open: (sealed, context, signal) => call('sealer.open', [context], () => sealer.open(sealed, context), signal),
    },
    mirror: {
      create: (version, signal) => call('mirror.create', [version], () => mirror.create(version, never), signal),
      takeOver: (name, signal) => call('mirror.takeOver', [name], () => mirror.takeOver(name, never), signal),
      putAside: (version, signal) => call('mirror.putAside', [version], () => mirror.putAside(version, never), signal),
      moveCurrent: (move, signal) => call('mirror.moveCurrent', [move], () => mirror.moveCurrent(move, never), signal),
      describe: (name, signal) => call('mirror.describe', [name], () => mirror.describe(name, never), signal),
      putPolicy: (policy, signal) =>
        call('mirror.putPolicy', [policy.name], () => mirror.putPolicy(policy, never), signal),
      isSharedWith: (policy, signal) =>
        call('mirror.isSharedWith', [policy.name], () => mirror.isSharedWith(policy, never), signal),
      removePolicy: (name, signal) =>
        call('mirror.removePolicy', [name], () => mirror.removePolicy(name, never), signal),
      scheduleDeletion: (name, signal) =>
        call('mirror.scheduleDeletion', [name], () => mirror.scheduleDeletion(name, never), signal),
      restore: (name, signal) => call('mirror.restore', [name], () => mirror.restore(name, never), signal),
    },
    events: {
      publish: (list, signal) => call('events.publish', [list], () => events.publish(list, never), signal),
    },
    health: {
      resetFailures: (life, revision, signal) =>
        call('health.resetFailures', [life, revision], () => health.resetFailures(life, revision, never), signal),
    },
    stage: 'test',
    ...surroundings(world, caller),
  }
}

type Surroundings = Pick<SweepDeps, 'now' | 'randomBytes' | 'timeout' | 'sleep' | 'log'>

function surroundings(world: World, caller: Caller): Surroundings {
  return {
    now: () => new Date(world.clock + (world.calm ? 0 : caller.skewMilliseconds)),
    randomBytes: count => {
      const bytes = Buffer.alloc(count)
      bytes.writeUInt16BE(caller.number)
      bytes.writeUInt16BE(++caller.drawn, 2)
      return bytes
    },
    timeout: milliseconds => {
      if (world.calm) return never
      const controller = new AbortController()
      const ring = () => controller.abort(timedOut)
      world.alarms.push({ at: world.clock + milliseconds, caller, ring })
      return controller.signal
    },
    sleep: milliseconds =>
      world.calm
        ? Promise.resolve()
        : new Promise(ring => {
            world.alarms.push({ at: world.clock + milliseconds, caller, ring })
          }),
    log: { info: ignore, error: ignore },
  }
}

function ignore(): void {
  return undefined
}

async function pagesOf<Entry>(pages: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const found: Entry[] = []
  for await (const page of pages) found.push(page)
  return found
}
