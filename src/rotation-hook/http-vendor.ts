import type { Contract, Operation, OperationOf } from '../contracts/contract'
import { shapeFields } from '../contracts/shape-fields'
import type { Secret } from '../rotation/secret'
import { readJson } from './read-json'
import { readRotated, readShown } from './read-reply'
import type { Rotated, Vendor } from './vendor'
import { VendorError } from './vendor-error'
import { failureOfConnection, failureOfReply } from './vendor-failure'
import { vendorRequest, type Connection } from './vendor-request'

export interface HttpVendorOptions extends Connection {
  /** Read anew for every call, so that a credential that was changed counts at once. */
  readonly credential: () => Promise<Secret>
  readonly timeoutMs: number
  readonly now: () => Date
}

/** A vendor over HTTP, spoken to as its contract says. @throws {RangeError} when the contract has no rotate operation */
export function httpVendor(options: HttpVendorOptions): Vendor {
  const { contract } = options
  const rotate = operationOf(contract, 'rotate')
  const reveal = operationOf(contract, 'reveal')
  const look = operationOf(contract, 'secret-state') ?? operationOf(contract, 'get')
  if (rotate === null) throw new RangeError(`the contract ${contract.name} has no operation that rotates`)
  const showAgain = async (): Promise<Rotated | null> =>
    reveal === null ? null : revealed(contract, reveal, await call(options, reveal, null))
  return {
    rotate: async key => {
      const reply = await call(options, rotate, key)
      const shown = showsSecret(rotate) ? null : await showAgain()
      return shown ?? revealed(contract, rotate, reply)
    },
    reveal: showAgain,
    look: async () => (look === null || !hints(look) ? null : readShown(look, (await call(options, look, null)).body)),
  }
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

async function call(options: HttpVendorOptions, operation: Operation, idempotencyKey: string | null): Promise<Reply> {
  const credential = await options.credential()
  const { url, init } = vendorRequest(options, { operation, credential, idempotencyKey, now: options.now() })
  const reply = await exchange(url, { ...init, signal: AbortSignal.timeout(options.timeoutMs) })
  if (reply.status >= 200 && reply.status < 300) return reply
  throw failureOfReply(options.contract, reply)
}

async function exchange(url: string, init: RequestInit): Promise<Reply & { readonly retryAfter: string | null }> {
  try {
    const response = await fetch(url, init)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await readJson(response) }
  } catch (error) {
    throw failureOfConnection(error)
  }
}

function revealed(contract: Contract, operation: OperationOf<'rotate'> | OperationOf<'reveal'>, reply: Reply): Rotated {
  const rotated = readRotated(contract, operation, reply.body)
  if (rotated !== null) return rotated
  throw new VendorError('vendor-reply-malformed', { status: reply.status, rotated: 'maybe', retryAfterSeconds: null })
}

function operationOf<Name extends Operation['use']>(contract: Contract, use: Name): OperationOf<Name> | null {
  const found = contract.operations.find(operation => operation.use === use)
  // Told by its use.
  return (found as OperationOf<Name> | undefined) ?? null
}

function showsSecret({ reply }: OperationOf<'rotate'>): boolean {
  return reply.body !== null && shapeFields(reply.body).includes('signingSecret')
}

function hints({ reply }: OperationOf<'secret-state'> | OperationOf<'get'>): boolean {
  const fields = reply.body === null ? [] : shapeFields(reply.body)
  return fields.includes('secretHint') || fields.includes('secretMask')
}
