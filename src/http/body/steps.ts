import type { Contract } from '../../contracts/contract'
import { publishedOverlapSeconds } from '../../rotation/published'
import { boolean, byDefault, required, text, wholeNumber } from './fields'
import type { JsonObject } from './json'
import { type PlacedTable, readPlaced, type ReadPlaced } from './request-fields'
import { revision } from './ring'

// What the requests say that make no key: a promote, an abandon, a roll-back, a revoke. Their members have our own names.

const keyId = { place: 'keyId', field: required(text(128)) }
const force = { place: 'force', field: byDefault(false, boolean) }

/** The member that holds the ring's revision which the caller saw, where the contract knows one. */
function ifRevisionIn({ rotateBody }: Contract) {
  const place = rotateBody?.ifRevision?.field
  return { ifRevision: place === undefined ? undefined : { place, field: revision } }
}

export function promoteTable(contract: Contract) {
  return { keyId, force, ...ifRevisionIn(contract) }
}

export function abandonTable(contract: Contract) {
  const overlapSeconds = { place: 'overlapSeconds', field: wholeNumber([0, publishedOverlapSeconds.maximum]) }
  return { keyId, overlapSeconds, ...ifRevisionIn(contract) }
}

export function rollBackTable(contract: Contract) {
  return { force, ...ifRevisionIn(contract) }
}

/** `requireProof`: the key that signs must be proven. */
export function revokeTable(contract: Contract) {
  const place = contract.revokeBody?.proofField
  return {
    requireProof: place === undefined ? undefined : { place, field: byDefault(false, boolean) },
    ...ifRevisionIn(contract),
  }
}

/**
 * What a step's body says.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readStep<Table extends PlacedTable>(
  { rotateBody }: Contract,
  body: JsonObject,
  table: Table,
): ReadPlaced<Table> {
  const request = { body, query: '', parameters: {}, headers: new Map<string, string>() }
  return readPlaced(request, table, { unknownFields: rotateBody?.unknownFields ?? 'ignore' })
}
