import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { functionEnvironment } from '../../../../local/function-environment'
import { openFunctionLog } from '../../../../local/function-worker'
import { startGateway } from '../../../../local/gateway'
import { LocalFunction } from '../../../../local/local-functions'
import { buildMounted, buildWorkerRuntime, functionSources, localMounts } from '../../../../scripts/bundle'
import { gatewayRoutes } from '../../../../src/contracts/gateway-routes'

export interface PortalBed {
  readonly url: string
  get(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** The function `portal` as it is built, behind the gateway of the local run. */
export async function portalBed(variables: Readonly<Record<string, string>> = {}): Promise<PortalBed> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-portal-'))
  const [[built], runtime] = await Promise.all([
    buildMounted(folder, { portal: functionSources.portal }),
    buildWorkerRuntime(folder),
  ])
  const bundle = built?.file ?? ''
  const log = openFunctionLog(join(folder, 'log'))
  const environment = { ...functionEnvironment({ name: 'portal', bundle, aws: 'http://127.0.0.1:1' }), ...variables }
  const run = new LocalFunction({ runtime, bundle, environment, log, timeoutSeconds: 29 })
  const gateway = await startGateway({
    port: 0,
    routes: gatewayRoutes(localMounts, { portal: 'on' }).filter(route => route.function === 'portal'),
    invoke: (_, event) => run.invoke(event),
    now: () => new Date(),
  })
  return {
    url: gateway.url,
    get: (path, init = {}) => fetch(gateway.url + path, init),
    close: async () => {
      await gateway.close()
      await run.kill()
      log.end()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The paths of a page's files, in its order: icon, style sheet, script. */
export function filesOf(page: string): readonly string[] {
  return [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path)
}
