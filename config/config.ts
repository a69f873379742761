import type { Contract } from '../src/contracts/contract'

// Everything that a configuration can say.

/** What a platform engineer decides about one deployment. `keyturn.config.ts` exports one. */
export interface Config extends ControlPlaneConfig {
  /** AWS region, such as `eu-central-1`. The same stage in another region is another deployment. */
  readonly region: string
  /** Accounts that it may be deployed into: with credentials for another one, Terraform refuses. Default: any. */
  readonly allowedAccountIds?: readonly string[]
  /** Put on every resource, at most 49. */
  readonly tags?: Readonly<Record<string, string>>
  /** Where Terraform's state is kept. Default: a file in the project's folder. */
  readonly backend?: Backend
}

/** What the control plane itself takes, in whoever's stack. */
export interface ControlPlaneConfig {
  /**
   * 1–20 characters of `[a-z0-9-]`. Part of every name, so that stages can share an account. Everything of a stage
   * called `dev`, or `dev-…`, is destroyed with it; elsewhere table, keys and mirrors stay.
   */
  readonly stage: string
  /** Which contracts the API answers to, and where. */
  readonly contracts: readonly MountedContract[]
  /** Where dashboard sessions come from. Without it, every session is 401. */
  readonly sessions?: Sessions
  /** `off`: no endpoint has a copy in Secrets Manager. */
  readonly mirror: 'on' | 'off'
  /**
   * Other AWS accounts (12 digits) that may decrypt mirrors, where a mirror's own policy lets them read it. About 200 at
   * most: what a function's environment holds.
   */
  readonly mirrorReaders?: readonly string[]
  /** Days that logs are kept, one of those that CloudWatch has. Default 30. */
  readonly logRetentionDays?: number
  readonly logLevel?: 'info' | 'error'
  /** `on`: X-Ray traces of every function, at $5 a million. Default `off`. */
  readonly tracing?: 'on' | 'off'
  /** Gets the alarms, once the subscription that AWS sends is confirmed. */
  readonly alarmEmail?: string
  readonly domain?: CustomDomain
  /** `off`: `GET /openapi.json`, under our own API's base path, is 404. Default `on`. */
  readonly apiDescription?: 'on' | 'off'
  /** The page where tenants see their endpoints and rotate. Default `off`: it is 404. */
  readonly portal?: Portal | 'off'
  /** Origins of browsers that may call the API, as they send them: `https://app.example.com`. Default: none. */
  readonly corsOrigins?: readonly string[]
  readonly deliveries?: Deliveries
  /** Endpoints that a tenant can have, 1 to 100,000; to make one more is 409. Default 1,000. */
  readonly endpointsPerTenant?: number
  /** What the account prescribes for roles. */
  readonly roles?: FunctionRoles
  /** Of all routes but those that change an endpoint. Default 100 requests a second, 200 at once; above, 429. */
  readonly throttle?: Throttle
  /**
   * Of each route that makes, rotates, revokes, changes or deletes, API keys too, apart from all others: however many events are
   * published, a revoke is not answered 429. Default 50 requests a second, 100 at once.
   */
  readonly changeThrottle?: Throttle
  /** Default: none, all functions share what the account has. `npm run deploy` says what it recommends. */
  readonly reservedConcurrency?: ReservedConcurrency
  /** Default `keyturn-<stage>`. Another name is that of a table restored from a backup. */
  readonly tableName?: string
  /** What an earlier deployment left, to be taken over instead of made. `npm run destroy` prints it. */
  readonly adopt?: Adoption
}

export interface MountedContract {
  /** The name of a contract that comes with Keyturn, or a contract of your own. */
  readonly contract: string | Contract
  /** Stands before every path of the contract: `/<segment>…` without a slash at the end. Default: nothing. */
  readonly basePath?: string
}

export interface Deliveries {
  /** Batches of ten deliveries at a time, 2 to 1000. Default 50. */
  readonly concurrency?: number
  /**
   * Attempts at all endpoints of one tenant at a time, tests included: 1 to 100, at most half of `concurrency`, so that
   * the other half is there for other tenants. Default 25, or that half where it is less.
   */
  readonly attemptsPerTenant?: number
  /** An endpoint whose attempts have all failed for so many hours is paused, 1 to 720. Default 24. */
  readonly pauseAfterHours?: number
  /** Failures in a row after which an endpoint is paused, however soon, 1 to 9999. Default: they are not counted. */
  readonly pauseAfterFailures?: number
  /**
   * Sends deliveries from a VPC, so that receivers see the addresses of its NAT gateways. It needs a way to DynamoDB, SQS
   * and KMS as well. Default: from addresses of AWS that change.
   */
  readonly vpc?: FunctionVpc
}

/** Of the functions' roles. */
export interface FunctionRoles {
  /** `/<path>/`. Default `/`. */
  readonly path?: string
  /** ARN of a policy beyond which no role may do anything. */
  readonly permissionsBoundary?: string
}

/** A function that is attached to a VPC reaches everything through it, AWS's services too. */
export interface FunctionVpc {
  /** Private ones: 1 to 16. */
  readonly subnetIds: readonly string[]
  /** 1 to 5. */
  readonly securityGroupIds: readonly string[]
}

export interface Throttle {
  readonly requestsPerSecond: number
  readonly burst: number
}

/**
 * How many of a function run at once, however busy the account's other functions are; no more of it run either. Each 1
 * to 1000. What is reserved is taken from the account's quota.
 */
export interface ReservedConcurrency {
  /** Rotates, revokes, makes. */
  readonly rotate?: number
  /** Reads, changes, deletes, and takes events. */
  readonly endpoints?: number
  readonly sweep?: number
  /** Makes and ends API keys over HTTP. */
  readonly access?: number
}

export interface Sessions {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
  readonly roleClaim: string
  readonly tenantClaim: string
}

/**
 * Where the portal is. It needs our own API among the contracts. Its host serves the API and nothing else: a script of
 * another page there could call the API with the cookies of whoever is signed in.
 */
export interface Portal {
  /** `https://hooks.example.com`, as browsers send it: what leads to the API. With `domain`, that domain's. */
  readonly origin: string
  /** Origins of the platform's pages that may have the portal in a frame, at most 20. Default: none, `/portal/embed` is 404. */
  readonly embedOrigins?: readonly string[]
  /** Origins to which the portal may lead back, at most 20. Default: none. */
  readonly returnOrigins?: readonly string[]
}

export interface CustomDomain {
  readonly name: string
  /** ARN of a certificate in the same region. */
  readonly certificateArn: string
}

export interface Adoption {
  readonly table?: boolean
  /** Key ids. */
  readonly ringKey?: string
  readonly mirrorKey?: string
}

export type Backend =
  | { readonly kind: 'local' }
  /** Locked by a file beside the state. `key` has the region's name in it, and is by default `keyturn/<stage>/<region>.tfstate`. */
  | { readonly kind: 's3'; readonly bucket: string; readonly region: string; readonly key?: string }

/** Whether table, keys and mirrors go when the stage goes. */
export function isDisposable(stage: string): boolean {
  return stage === 'dev' || stage.startsWith('dev-')
}

/** How many batches of deliveries are worked on at once. */
export function deliveryConcurrencyOf({ deliveries }: Pick<ControlPlaneConfig, 'deliveries'>): number {
  return deliveries?.concurrency ?? 50
}

const defaultAttemptsPerTenant = 25

/** How many attempts at all endpoints of one tenant are made at once. */
export function attemptsPerTenantOf(config: Pick<ControlPlaneConfig, 'deliveries'>): number {
  const half = Math.floor(deliveryConcurrencyOf(config) / 2)
  return config.deliveries?.attemptsPerTenant ?? Math.min(defaultAttemptsPerTenant, half)
}

/** Null: it is off. */
export function portalOf({ portal = 'off' }: Pick<ControlPlaneConfig, 'portal'>): Portal | null {
  return portal === 'off' ? null : portal
}

/** What CDKTF calls the stack, and its state where that is a file. A stage's name has no full stop. */
export function stackIdOf({ stage, region }: Pick<Config, 'stage' | 'region'>): string {
  return `keyturn-${stage}.${region}`
}

/** Name of the stage's table. */
export function tableNameOf({ stage, tableName }: Pick<ControlPlaneConfig, 'stage' | 'tableName'>): string {
  return tableName ?? `keyturn-${stage}`
}
