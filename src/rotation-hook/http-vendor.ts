import { contractVendor, type ContractVendorOptions } from './contract-vendor'
import { readJson } from './read-json'
import type { Vendor } from './vendor'
import { failureOfConnection, type VendorReply } from './vendor-failure'

export interface HttpVendorOptions extends Omit<ContractVendorOptions, 'send'> {
  readonly timeoutMs: number
}

/** A vendor over HTTP. @throws {RangeError} as `contractVendor` */
export function httpVendor({ timeoutMs, ...options }: HttpVendorOptions): Vendor {
  return contractVendor({
    ...options,
    send: (url, init) => exchange(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  })
}

async function exchange(url: string, init: RequestInit): Promise<VendorReply> {
  try {
    const response = await fetch(url, init)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await readJson(response) }
  } catch (error) {
    throw failureOfConnection(error)
  }
}
