import type { Contract, Operation } from '../../../src/contracts/contract'
import { type Route, routesOf } from '../../../src/contracts/routes'
import { matchRoute } from '../../../src/http/match-route'
import { baseUrl, type HookBed } from './bed'
import { noteAsked } from './record'
import type { VendorRequest } from './vendor-process'

/** What the vendor reads out of a request of the rotation that the token names. */
export function requestOf(
  stage: HookBed,
  token: string,
  { url, init }: { readonly url: string; readonly init: RequestInit },
): VendorRequest {
  const operation = operationAt(stage.plan.contract, init.method ?? '', url.slice(baseUrl.length))
  const idempotencyKey = headerOf(init, 'idempotency-key')
  const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
  return { operation, idempotencyKey, body, reason: noteAsked(stage.record, token) }
}

/** The hook gives its headers as an object of texts. */
function headerOf({ headers }: RequestInit, name: string): string | null {
  const found: unknown = typeof headers === 'object' ? Reflect.get(headers, name) : undefined
  return typeof found === 'string' ? found : null
}

const routes = new WeakMap<Contract, readonly Route[]>()

function operationAt(contract: Contract, method: string, path: string): Operation {
  const known = routes.get(contract) ?? routesOf([{ contract, basePath: '' }])
  routes.set(contract, known)
  const match = matchRoute(known, method, path)
  if (match.kind === 'found') return match.route.operation
  throw new TypeError(`the vendor has no ${method} ${path}`)
}
