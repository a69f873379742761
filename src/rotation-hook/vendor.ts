import { type Contract, type Operation, type OperationOf, operationOf } from '../contracts/contract'
import type { PlaceText } from '../contracts/place'
import { type Json, shapeFields, showsWholeSecret } from '../contracts/shape'
import type { Secret } from '../core/secret'
import type { VendorRotation, Vendor } from './ports'
import { sendRequest } from './send-request'
import { failureOfReply, VendorError, type VendorReply } from './vendor-failure'
import { readRotated, readShown, saysItsConstants, sentBackOf } from './vendor-reply'
import { type Connection, ownSecretMember, type VendorHttpRequest, vendorRequest } from './vendor-request'

export interface HttpVendorOptions extends Omit<ContractVendorOptions, 'send'> {
  /** Until a reply is read. Connecting may take at most half of it, and never more than 3 seconds. */
  readonly timeoutMs: number
}

const longestConnectMs = 3000

/** A vendor over HTTP. @throws {RangeError} as `contractVendor` */
export function httpVendor({ timeoutMs, ...options }: HttpVendorOptions): Vendor {
  const patience = { timeoutMs, connectTimeoutMs: Math.min(longestConnectMs, timeoutMs / 2) }
  return contractVendor({ ...options, send: (url, request) => sendRequest(url, request, patience) })
}

export interface ContractVendorOptions extends Connection {
  /** Read anew for every call, so that a credential that was changed counts at once. */
  readonly credential: () => Promise<Secret>
  /** Sends one request. Rejects with a `VendorError` when no reply came. */
  readonly send: (url: string, request: VendorHttpRequest) => Promise<VendorReply>
  readonly now: () => Date
}

/** A vendor that is spoken to as its contract says. @throws {RangeError} when the contract has no rotate operation */
export function contractVendor(options: ContractVendorOptions): Vendor {
  const { contract } = options
  const rotate = operationOf(contract, 'rotate')
  const reveal = operationOf(contract, 'reveal')
  const look = operationOf(contract, 'secret-state') ?? operationOf(contract, 'get')
  if (rotate === null) throw new RangeError(`the contract ${contract.name} has no operation that rotates`)
  const showAgain = async (): Promise<VendorRotation | null> =>
    reveal === null ? null : revealed(contract, reveal, await callVendor(options, { operation: reveal }))
  return {
    rotate: async (idempotencyKey, sending) => {
      const reply = await callVendor(options, { operation: rotate, idempotencyKey, sending })
      const shown = showsWholeSecret(rotate.reply.body) ? null : await shownOnceMade(showAgain)
      return shown ?? revealed(contract, rotate, reply)
    },
    give: async secret => {
      const members = { ...(await sentBack(options)), ...ownSecretMember(contract, secret) }
      const reply = await callVendor(options, { operation: rotate, members })
      requireTaken(rotate, reply)
    },
    reveal: showAgain,
    look: async () =>
      look === null || !hints(look) ? null : readShown(look, (await callVendor(options, { operation: look })).body),
  }
}

interface Calling {
  readonly operation: Operation
  readonly idempotencyKey?: string
  readonly members?: Readonly<Record<PlaceText, Json>>
  readonly sending?: () => void
}

async function callVendor(options: ContractVendorOptions, calling: Calling): Promise<VendorReply> {
  const { operation, idempotencyKey = null, members = {}, sending } = calling
  const credential = await options.credential()
  const call = { operation, credential, idempotencyKey, members, now: options.now() }
  const { url, request } = vendorRequest(options, call)
  sending?.()
  const reply = await sendOnwards(options, url, request)
  if (reply.status >= 200 && reply.status < 300) return reply
  throw failureOfReply(options.contract, reply, options.now())
}

const redirects: readonly number[] = [301, 302, 307, 308]

/** The reply; that of the vendor's other URL, once, where its contract says to follow a redirect. */
async function sendOnwards(
  { contract, send }: ContractVendorOptions,
  url: string,
  request: VendorHttpRequest,
): Promise<VendorReply> {
  const reply = await send(url, request)
  const location = reply.headers?.location
  if (contract.client?.redirects === undefined || !redirects.includes(reply.status)) return reply
  if (typeof location !== 'string' || !URL.canParse(location, url)) return reply
  const target = new URL(location, url)
  // The credential is for the vendor alone.
  return target.origin === new URL(url).origin ? send(target.href, request) : reply
}

/** What the vendor wants to be sent again of what it shows. @throws {VendorError} where it does not show it */
async function sentBack(options: ContractVendorOptions): Promise<Readonly<Record<PlaceText, Json>>> {
  const get = operationOf(options.contract, 'get')
  if (options.contract.client?.sentBack === undefined || get === null) return {}
  const { status, body } = await callVendor(options, { operation: get })
  const members = sentBackOf(options.contract, get, body)
  if (members !== null) return members
  throw new VendorError('vendor-reply-malformed', { status, rotated: 'no', retryAfterSeconds: null })
}

/** A vendor that knows the secret by another name, or not at all, may answer with a success and ignore it. */
function requireTaken({ reply: { body: shape } }: OperationOf<'rotate'>, { status, body }: VendorReply): void {
  if (shape === null || saysItsConstants(shape, body)) return
  throw new VendorError('vendor-secret-ignored', { status, rotated: 'no', retryAfterSeconds: null })
}

function revealed(
  contract: Contract,
  operation: OperationOf<'rotate'> | OperationOf<'reveal'>,
  reply: VendorReply,
): VendorRotation {
  const rotated = readRotated(contract, operation, reply.body)
  if (rotated !== null) return rotated
  throw new VendorError('vendor-reply-malformed', { status: reply.status, rotated: 'maybe', retryAfterSeconds: null })
}

/** The vendor has rotated already: whatever fails now, a secret was made that nobody has. */
async function shownOnceMade(showAgain: () => Promise<VendorRotation | null>): Promise<VendorRotation | null> {
  try {
    return await showAgain()
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    const { code, status, retryAfterSeconds } = error
    throw new VendorError(code, { status, retryAfterSeconds, rotated: 'maybe' })
  }
}

function hints({ reply }: OperationOf<'secret-state'> | OperationOf<'get'>): boolean {
  const fields = reply.body === null ? [] : shapeFields(reply.body)
  return fields.includes('secretHint') || fields.includes('secretMask')
}
