import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

export interface WorkerSettings {
  /** A file of the folder: an ES module where it ends in `.mjs`, else a CommonJS module. */
  readonly module: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: readonly string[]
}

export interface Workerd {
  /** One for each of the Workers, in their order. */
  readonly urls: readonly string[]
  /** Resolves to what it wrote to its error output. */
  stop(): Promise<string>
}

// The package exports the path of the binary that came for this platform, and ships no types.
const { default: binary } = require('workerd') as { readonly default: string }

/** It ends by then, also where nobody stops it because it never said that it listens. */
const longestMs = 60_000

/**
 * Serves the Workers on free ports of the loopback address. The way out is to `reach` alone: nowhere where it is empty.
 * @throws {Error} with the runtime's own message, when one of them does not start.
 */
export async function startWorkerd(
  folder: string,
  workers: readonly WorkerSettings[],
  reach: readonly string[] = [],
): Promise<Workerd> {
  await writeFile(join(folder, 'config.capnp'), configOf(workers, reach))
  const child = spawn(binary, ['serve', 'config.capnp', '--control-fd', '3'], {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: longestMs,
    killSignal: 'SIGKILL',
  })
  const errors = child.stderr instanceof Readable ? text(child.stderr) : Promise.resolve('')
  const exited = once(child, 'exit')
  const ports = await listeningPorts(child.stdio[3], workers.length)
  const stop = async (): Promise<string> => {
    child.kill('SIGKILL')
    await exited
    return errors
  }
  if (ports.length < workers.length) throw new Error(await stop())
  return { urls: ports.map(port => `http://127.0.0.1:${port}/`), stop }
}

/** The ports in the order of the Workers; fewer where the process ends before it listens. */
async function listeningPorts(control: unknown, count: number): Promise<readonly number[]> {
  const ports: number[] = []
  if (!(control instanceof Readable)) return ports
  for await (const line of createInterface(control)) {
    const { socket, port } = JSON.parse(line) as { readonly socket: string; readonly port: number }
    ports[Number(socket)] = port
    if (Object.keys(ports).length === count) break
  }
  control.destroy()
  return ports
}

function configOf(workers: readonly WorkerSettings[], reach: readonly string[]): string {
  const allowed = reach.map(address => `"${address}"`).join(', ')
  const services = workers.map((worker, index) => `(name = "${index}", worker = ${workerOf(worker)})`)
  const sockets = workers.map((_, index) => {
    return `(name = "${index}", address = "127.0.0.1:0", http = (), service = "${index}")`
  })
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "internet", network = (allow = [${allowed}])), ${services.join(', ')}],
  sockets = [${sockets.join(', ')}],
);
`
}

function workerOf({ module, compatibilityDate, compatibilityFlags }: WorkerSettings): string {
  const flags = compatibilityFlags.map(flag => `"${flag}"`).join(', ')
  return `(
    modules = [${modulesOf(module)}],
    compatibilityDate = "${compatibilityDate}",
    compatibilityFlags = [${flags}],
  )`
}

/** The first module is the Worker and must be an ES module. */
function modulesOf(module: string): string {
  if (module.endsWith('.mjs')) return `(name = "worker", esModule = embed "${module}")`
  const main = `import { default as module } from '${module}'; export default module.default`
  return `(name = "worker", esModule = "${main}"), (name = "${module}", commonJsModule = embed "${module}")`
}
