import type { Contract } from '../contracts/contract'

/** A contract at its place in a deployment. */
export interface Mount {
  readonly contract: Contract
  /** Stands before every path of the contract: `` or `/<segment>…`, without a slash at the end. */
  readonly basePath: string
}

/** The file beside a function's bundle that holds the mounts of its deployment, as JSON. */
export const mountsFile = 'mounts.json'
