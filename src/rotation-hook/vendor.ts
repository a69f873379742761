import type { Contract, Operation, OperationOf } from '../contracts/contract'
import { shapeFields } from '../contracts/shape'
import type { Secret } from '../core/secret'
import type { VendorRotation, Vendor } from './ports'
import { failureOfConnection, failureOfReply, VendorError, type VendorReply } from './vendor-failure'
import { readJson, readRotated, readShown } from './vendor-reply'
import { type Connection, vendorRequest } from './vendor-request'

export interface HttpVendorOptions extends Omit<ContractVendorOptions, 'send'> {
  readonly timeoutMs: number
}

/** A vendor over HTTP. @throws {RangeError} as `contractVendor` */
export function httpVendor({ timeoutMs, ...options }: HttpVendorOptions): Vendor {
  return contractVendor({
    ...options,
    send: (url, init) => fetchReply(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  })
}

async function fetchReply(url: string, init: RequestInit): Promise<VendorReply> {
  try {
    const response = await fetch(url, init)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await readJson(response) }
  } catch (error) {
    throw failureOfConnection(error)
  }
}

export interface ContractVendorOptions extends Connection {
  /** Read anew for every call, so that a credential that was changed counts at once. */
  readonly credential: () => Promise<Secret>
  /** Sends one request. Rejects with a `VendorError` when no reply came. */
  readonly send: (url: string, init: RequestInit) => Promise<VendorReply>
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
    reveal === null ? null : revealed(contract, reveal, await callVendor(options, reveal, null))
  return {
    rotate: async key => {
      const reply = await callVendor(options, rotate, key)
      const shown = showsSecret(rotate) ? null : await shownOnceMade(showAgain)
      return shown ?? revealed(contract, rotate, reply)
    },
    reveal: showAgain,
    look: async () =>
      look === null || !hints(look) ? null : readShown(look, (await callVendor(options, look, null)).body),
  }
}

async function callVendor(
  options: ContractVendorOptions,
  operation: Operation,
  idempotencyKey: string | null,
): Promise<VendorReply> {
  const credential = await options.credential()
  const { url, init } = vendorRequest(options, { operation, credential, idempotencyKey, now: options.now() })
  const reply = await options.send(url, init)
  if (reply.status >= 200 && reply.status < 300) return reply
  throw failureOfReply(options.contract, reply)
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

function operationOf<Name extends Operation['use']>(contract: Contract, use: Name): OperationOf<Name> | null {
  const found = contract.operations.find(operation => operation.use === use)
  // Told by its use.
  return (found as OperationOf<Name> | undefined) ?? null
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

function showsSecret({ reply }: OperationOf<'rotate'>): boolean {
  return reply.body !== null && shapeFields(reply.body).includes('signingSecret')
}

function hints({ reply }: OperationOf<'secret-state'> | OperationOf<'get'>): boolean {
  const fields = reply.body === null ? [] : shapeFields(reply.body)
  return fields.includes('secretHint') || fields.includes('secretMask')
}
