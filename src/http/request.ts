import type { ApiKeyPrincipal, Principal } from '../access/authenticate'
import type { RequestHeaders } from '../access/credential'
import type { Contract, Operation } from '../contracts/contract'
import type { OpenUse, PlatformUse, TenantUse } from '../contracts/dimensions'
import type { PathParameters } from '../contracts/routes'
import type { Actor } from '../rotation/endpoint'
import type { Outcome } from './reply'

/** A request, whole: at most 6 MB, which is what Lambda hands to a function. */
export interface ApiRequest {
  /** As the log and the reply name it. */
  readonly id: string
  readonly method: string
  /** Percent-decoded; an encoded slash is not one. */
  readonly path: string
  /** What follows the `?`, still encoded. */
  readonly query: string
  readonly headers: RequestHeaders
  /** Each as `name=value`. */
  readonly cookies: readonly string[]
  /** Empty where there is none. */
  readonly body: Buffer
}

export interface ApiReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Each the value of a `Set-Cookie`. Absent: none. */
  readonly cookies?: readonly string[]
  readonly body: string
}

/** A request whose route is known. */
export interface MatchedRequest extends ApiRequest {
  readonly contract: Contract
  readonly operation: Operation
  /** What the path has in place of the template's parameters. */
  readonly parameters: PathParameters
}

/** A request that is allowed, and the tenant that it is for. */
export interface PermittedRequest extends MatchedRequest {
  readonly principal: Principal
  readonly actor: Actor
  readonly tenantId: string
}

/** A request about API keys, of no one tenant, by an API key for all tenants. */
export interface PlatformRequest extends MatchedRequest {
  readonly principal: ApiKeyPrincipal
}

/** What one operation does, once the request is allowed. */
interface UseOf<Request> {
  /** How an API key that calls is read before: `fresh` from the table, `cached` as it was at most 30 s ago. */
  readonly credential: 'fresh' | 'cached'
  readonly perform: (request: Request) => Promise<Outcome>
}

/** What a function serves. A use that is absent is another function's. */
export type Uses = { readonly [U in TenantUse]?: UseOf<PermittedRequest> } & {
  readonly [U in PlatformUse]?: UseOf<PlatformRequest>
} & { readonly [U in OpenUse]?: (request: MatchedRequest) => Promise<Outcome> }

/** What a deployment says about its API. */
export interface ApiSettings {
  readonly contracts: readonly Contract[]
  /** Part of the mirrors' names. */
  readonly stage: string
  /** The default of new endpoints; `off` also keeps mirrors from being turned on. */
  readonly mirror: 'on' | 'off'
  /** The accounts that may use the mirror key, so that consumers must be of one of them. Absent: any. */
  readonly mirrorReaders?: readonly string[] | undefined
  /** How many endpoints a tenant may have. */
  readonly mostEndpoints: number
  /** Whether endpoints may have `http` URLs on this machine. */
  readonly insecureTargets: boolean
  /** Keyturn's version. */
  readonly release: string
}
