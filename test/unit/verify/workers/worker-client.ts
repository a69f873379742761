import type { VerificationErrorCode } from '../../../../src/verify'
import type { Call, Reply } from './worker/call'

export interface Delivery {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Sends deliveries to the Worker. Whatever it answers besides a reply is thrown. */
export function workerClient(url: string) {
  const send = async (call: Call, { body, headers }: Delivery): Promise<Reply> => {
    const response = await fetch(url, { method: 'POST', body, headers: { ...headers, call: JSON.stringify(call) } })
    if (!response.ok) throw new Error(await response.text())
    // The Worker's own replies.
    return (await response.json()) as Reply
  }
  return {
    /** The code that the delivery is refused with; undefined when it is not refused. */
    async refusal(call: Omit<Call, 'does'>, delivery: Delivery): Promise<VerificationErrorCode | undefined> {
      const reply = await send({ ...call, does: 'verify' }, delivery)
      return reply.kind === 'refused' ? reply.code : undefined
    },
    /** The headers that the Worker signs the body with. */
    async signed(call: Omit<Call, 'does'>, body: string | Uint8Array): Promise<Reply> {
      return send({ ...call, does: 'sign' }, { body, headers: {} })
    },
  }
}
