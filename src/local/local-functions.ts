import { join, resolve } from 'node:path'
import { functionSources } from './build'
import { functionEnvironment } from './function-environment'
import { openFunctionLog } from './function-log'
import { LocalFunction } from './local-function'
import { makeFolder } from './make-folder'
import { StartError } from './start-error'

export type FunctionName = keyof typeof functionSources

export interface LocalFunctions {
  /** @throws {InvocationError} */
  invoke(name: FunctionName, event: object): Promise<unknown>
  /** Loads every bundle. @throws {StartError} naming the log of one that does not load */
  start(): Promise<void>
  close(): Promise<void>
}

export interface LocalFunctionsOptions {
  readonly buildDir: string
  readonly dataDir: string
  /** The AWS endpoint's URL. */
  readonly aws: string
}

const names = Object.keys(functionSources) as readonly FunctionName[]
/** A delivery may wait for its receiver longer than the HTTP API waits for a reply. */
const timeoutSeconds: Readonly<Record<FunctionName, number>> = { rotate: 29, endpoints: 29, sweep: 29, deliver: 60 }

/** All functions, none started yet. What they print goes to `<dataDir>/logs/<name>.ndjson`, mode 0600. */
export function localFunctions({ buildDir, dataDir, aws }: LocalFunctionsOptions): LocalFunctions {
  const logs = join(dataDir, 'logs')
  makeFolder(logs, 0o700)
  const runtime = resolve(buildDir, 'local-worker/index.js')
  const all = names.map(name => {
    const bundle = resolve(buildDir, name, 'index.js')
    const file = join(logs, `${name}.ndjson`)
    const log = openFunctionLog(file)
    const options = { runtime, bundle, log, environment: functionEnvironment({ name, bundle, aws }) }
    return { name, file, log, run: new LocalFunction({ ...options, timeoutSeconds: timeoutSeconds[name] }) }
  })
  const byName = new Map(all.map(({ name, run }) => [name, run]))
  return {
    invoke: async (name, event) => byName.get(name)?.invoke(event),
    start: async () => {
      const loaded = await Promise.all(all.map(({ run }) => run.start()))
      const failed = all.find((_, at) => loaded[at] !== true)
      if (failed !== undefined) throw new StartError(`the function ${failed.name} does not load; see ${failed.file}`)
    },
    close: async () => {
      await Promise.all(all.map(({ run }) => run.kill()))
      for (const { log } of all) log.end()
    },
  }
}
