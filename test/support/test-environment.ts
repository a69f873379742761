import { AsyncLocalStorage } from 'node:async_hooks'
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node'

const { prototype } = AsyncLocalStorage
const run = Reflect.get(prototype, 'run') as (...args: unknown[]) => unknown

/**
 * Node's environment, in which each file ends the storages that it used. Files share a process: every storage that one
 * of them leaves behind makes each promise of all that follow slower, until the last take five times as long.
 */
export default class TestEnvironment extends NodeEnvironment {
  readonly #used = new Set<AsyncLocalStorage<unknown>>()

  override async setup(): Promise<void> {
    await super.setup()
    const apply = (target: typeof run, storage: AsyncLocalStorage<unknown>, args: unknown[]): unknown => {
      this.#used.add(storage)
      return Reflect.apply(target, storage, args)
    }
    Reflect.set(prototype, 'run', new Proxy(run, { apply }))
  }

  override async teardown(): Promise<void> {
    Reflect.set(prototype, 'run', run)
    for (const storage of this.#used) storage.disable()
    await super.teardown()
  }
}
