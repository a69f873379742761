import type { Contract } from '../../../../src/contracts/contract'
import type { Strike } from '../../strikes'
import type { HookBed, VendorEndpoint } from './bed'
import type { ConsumerSecret } from './consumer'
import { asksForSecret } from './hook-function'

/** One endpoint at a vendor, and the consumer's secret that is rotated there. */
export interface RotatedEndpoint {
  readonly endpoint: VendorEndpoint
  readonly secret: ConsumerSecret
}

/** What came of one rotation in which a call was struck. */
export interface StruckRotation {
  /** The call's name. */
  readonly at: string
  /** Whether the call came. */
  readonly struck: boolean
  /** How often Secrets Manager ran the rotation. */
  readonly tries: number
  /** New secrets at the vendor. */
  readonly made: number
  /** Whether AWSCURRENT has the vendor's current secret and, where there is an overlap, the one before. */
  readonly healed: boolean
  /** On the consumer's secret. */
  readonly tags: readonly string[]
  /** The calls after which what receivers had was no key that the vendor signs with; where there is an overlap. */
  readonly lockedOut: readonly string[]
}

const chosenOverlapSeconds = 60 * 60

/** A new endpoint of the contract. The consumer's secret holds what the vendor showed when the endpoint was made. */
export async function addRotatedEndpoint(
  { vendor, consumer }: HookBed,
  contract: Contract,
  runsEachStep = 1,
): Promise<RotatedEndpoint> {
  const endpoint = await vendor.newEndpoint(contract)
  const chosen = contract.overlap.kind === 'chosen' ? { overlapSeconds: chosenOverlapSeconds } : {}
  const hook = { ...endpoint.hook, ...chosen }
  return { endpoint, secret: await consumer.addSecret({ hook, text: endpoint.firstSecret, runsEachStep }) }
}

/** The calls of a rotation in which nothing goes wrong. */
export async function recordCalls({ secret }: RotatedEndpoint): Promise<readonly string[]> {
  const watch = secret.hook.watch()
  await secret.rotate()
  return watch.calls()
}

/** Rotates once for each of the calls, and strikes it there. */
export async function strikeEach(
  rotated: RotatedEndpoint,
  way: Strike,
  calls: readonly string[],
): Promise<readonly StruckRotation[]> {
  const struck: StruckRotation[] = []
  for (const at of calls) struck.push(await strike(rotated, way, at))
  return struck
}

async function strike(rotated: RotatedEndpoint, way: Strike, at: string): Promise<StruckRotation> {
  const { endpoint, secret } = rotated
  await makeRoom(endpoint)
  const before = { ...(await endpoint.live()), secret: await secret.current(), steps: secret.steps.length }
  const lockedOut: string[] = []
  const look = async (name: string): Promise<void> => {
    if (!onlyReads(name) && (await locksOut(rotated))) lockedOut.push(name)
  }
  const watch = secret.hook.watch({ strike: { way, hits: name => name === at }, look })
  const { signingSecret, keys } = await secret.rotate()
  const after = await endpoint.live()
  const keepsPrevious = keys.some(key => key.secret === before.secret) === hasOverlap(endpoint.contract)
  return {
    at,
    struck: watch.struck(),
    tries: secret.steps.slice(before.steps).filter(({ name }) => name === 'createSecret').length,
    made: after.version - before.version,
    healed: signingSecret === after.keys[0]?.secret && keepsPrevious,
    tags: (await secret.describe()).tags,
    lockedOut,
  }
}

/** Contracts with an overlap keep so many; a rotation in which a reply is lost makes two. */
const maximumLiveKeys = 5
const secretsOfRotation = 2

async function makeRoom(endpoint: VendorEndpoint): Promise<void> {
  const { keys } = await endpoint.live()
  if (keys.length + secretsOfRotation > maximumLiveKeys) await endpoint.revokePrevious()
}

async function locksOut({ endpoint, secret }: RotatedEndpoint): Promise<boolean> {
  if (!hasOverlap(endpoint.contract)) return false
  const [{ keys }, current] = await Promise.all([endpoint.live(), secret.current()])
  return !keys.some(key => key.secret === current)
}

/** Nothing that receivers or the vendor have changes by such a call. */
function onlyReads(call: string): boolean {
  return /^(?:DescribeSecret|GetSecretValue|GET) /.test(call)
}

function hasOverlap({ overlap }: Contract): boolean {
  return overlap.kind !== 'none'
}

/** What must come of it: only a secret whose reply was lost is made again, and never where the vendor replays. */
export function expectedOf({ vendorReplays }: Contract, way: Strike, at: string): StruckRotation {
  const isLost = asksForSecret(at) ? way !== 'killed-before' : isStoring(at) && way === 'killed-before'
  const isTriedAgain = way !== 'reply-lost' || (asksForSecret(at) && !vendorReplays)
  const tries = isTriedAgain ? 2 : 1
  return { at, struck: true, tries, made: isLost && !vendorReplays ? 2 : 1, healed: true, tags: [], lockedOut: [] }
}

function isStoring(call: string): boolean {
  return call.startsWith('PutSecretValue ')
}
