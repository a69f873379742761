import { Writable } from 'node:stream'
import { startGateway } from '../../../local/gateway'
import { functionEnvironment } from '../../../local/local-aws'
import { LocalFunction } from '../../../local/local-functions'
import { localMounts } from '../../../scripts/bundle'
import { gatewayRoutes } from '../../../src/contracts/gateway-routes'
import { apiCaller, type ApiCaller } from '../../support/api-caller'
import { type FaultProxy, startFaultProxy } from './fault-proxy'

/** The built files: `scripts/bundle.ts`. */
export interface BuiltFunction {
  readonly runtime: string
  readonly bundle: string
}

/** The real bundle of `rotate` in a worker, behind HTTP, with a proxy between it and AWS. */
export interface RotateFunction {
  readonly api: ApiCaller
  readonly proxy: FaultProxy
  /** Everything that the function printed. */
  printed(): string
  /** Ends the worker as a crash would; the next request starts another. */
  readonly kill: () => Promise<void>
  close(): Promise<void>
}

export interface RotateFunctionOptions {
  readonly built: BuiltFunction
  /** The AWS endpoint's URL. */
  readonly aws: string
  readonly delayMs?: number
}

const timeoutSeconds = 29

export async function startRotateFunction({ built, aws, delayMs = 0 }: RotateFunctionOptions): Promise<RotateFunction> {
  const proxy = await startFaultProxy({ target: aws, delayMs })
  const environment = functionEnvironment({ name: 'rotate', bundle: built.bundle, aws: proxy.url })
  const chunks: Buffer[] = []
  const log = new Writable({ write: (chunk: Buffer, _, done) => (chunks.push(chunk), done()) })
  const run = new LocalFunction({ ...built, environment, log, timeoutSeconds })
  const gateway = await startGateway({
    port: 0,
    routes: gatewayRoutes(localMounts),
    invoke: (_, event) => run.invoke(event),
    now: () => new Date(),
  })
  const printed = (): string => Buffer.concat(chunks).toString('utf8')
  if (!(await run.start())) throw new Error(`the function does not load: ${printed()}`)
  return {
    api: apiCaller(gateway.url),
    proxy,
    printed,
    kill: () => run.kill(),
    close: async () => {
      await gateway.close()
      await run.kill()
      await proxy.close()
    },
  }
}
