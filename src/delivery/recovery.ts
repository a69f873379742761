import type { EndpointAddress, EndpointLife } from '../rotation/ports'

// How an endpoint comes back: the hourly test of one that Keyturn has paused, and the backlog of deliveries that failed or
// were stopped, which are sent again. Both stand beside its health; the sweep puts them into the queue when they are due.

export interface RecoveryState {
  readonly incarnation: string
  /** When the sweep is to come by; null: there is no reason to. */
  readonly dueAt: Date | null
  /** Set: Keyturn has paused the endpoint. */
  readonly pausedAt: Date | null
  readonly backlog: Backlog | null
}

/** Deliveries of an endpoint that are being sent again, oldest first. */
export interface Backlog {
  /** The place in time among the attempts up to which everything was sent again. */
  readonly after: string
  /** What failed later is not sent again. */
  readonly until: Date
}

/** It only compares and swaps; every rule is elsewhere. */
export interface RecoveryStore {
  /** Reads consistently. */
  load(address: EndpointAddress): Promise<RecoveryState | null>
  /** Endpoints whose `dueAt` is not after `now`, in pages of at most `limit` from each shard. */
  due(now: Date, limit: number): AsyncIterable<readonly EndpointAddress[]>
  /** Changes `dueAt`, if it is still `from`. */
  postpone(life: EndpointLife, change: { readonly from: Date | null; readonly to: Date | null }): Promise<void>
  /** Begins to send a backlog. One that is under way goes on, from the earlier place up to the new `until`. */
  begin(life: EndpointLife, backlog: Backlog, dueAt: Date): Promise<void>
  /** Moves a backlog on, or ends it with null, if it is still `from` and Keyturn has not paused the endpoint. */
  move(life: EndpointLife, from: Backlog, to: MovedBacklog | null): Promise<void>
  /** Ends Keyturn's pause of `pausedAt`, forgets the failures in a row, and begins the backlog. */
  resume(life: EndpointLife, resume: TestedResume): Promise<'stored' | 'conflict'>
}

export interface MovedBacklog {
  readonly after: string
  readonly dueAt: Date
}

export interface TestedResume {
  readonly pausedAt: Date
  readonly backlog: Backlog
  readonly dueAt: Date
}

/** How long after a pause, and after each test, the next test of a paused endpoint is due. */
export const testIntervalSeconds = 3600
/** If nothing comes of a backlog's message, the sweep sends it again. */
export const backlogGuardSeconds = 120
