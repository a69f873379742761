import { EventEmitter, once } from 'node:events'
import type { Contract } from '../../src/contracts/contract'
import { schemeOf } from '../../src/contracts/secret-key'
import { verify, WebhookVerificationError } from '../../src/verify'
import { type Received, startReceiver } from '../unit/delivery/receiver'

/** A receiver of one contract's webhooks, as a tenant has one. */
export interface SecretReceiver {
  readonly url: string
  /** Those that are deployed to it: it answers 401 to what none of them signed. */
  secrets: readonly string[]
  /** The status of every answer; null: whether one of the secrets signed. */
  answer: number | null
  /** The next request that comes. Rejects after 20 seconds. */
  next(): Promise<Received>
  close(): Promise<void>
}

export async function startSecretReceiver(
  contract: Contract,
  secrets: readonly string[] = [],
): Promise<SecretReceiver> {
  const arrivals = new EventEmitter()
  const server = await startReceiver()
  const receiver: SecretReceiver = {
    url: server.url,
    secrets,
    answer: null,
    next: async () => {
      const [request] = (await once(arrivals, 'request', { signal: AbortSignal.timeout(20_000) })) as [Received]
      return request
    },
    close: () => server.close(),
  }
  server.answer = (response, request) => {
    response.writeHead(receiver.answer ?? (isSignedBy(contract, request, receiver.secrets) ? 204 : 401)).end()
    arrivals.emit('request', request)
  }
  return receiver
}

/** Whether one of the secrets signed what was received, by the contract's scheme. */
export function isSignedBy(contract: Contract, { body, headers }: Received, secrets: readonly string[]): boolean {
  try {
    verify(body, headers, secrets, { scheme: schemeOf(contract) })
    return true
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
}
