import type { VerificationErrorCode } from '../../../../src/verify'
import type { Reply, Task } from './worker/task'

export interface Delivery {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Sends deliveries to the Worker. Whatever it answers besides a reply is thrown. */
export function workerClient(url: string) {
  const send = async (task: Task, { body, headers }: Delivery): Promise<Reply> => {
    const response = await fetch(url, { method: 'POST', body, headers: { ...headers, task: JSON.stringify(task) } })
    if (!response.ok) throw new Error(await response.text())
    // The Worker's own replies.
    return (await response.json()) as Reply
  }
  return {
    /** The code that the delivery is refused with; undefined when it is not refused. */
    async refusal(task: Omit<Task, 'does'>, delivery: Delivery): Promise<VerificationErrorCode | undefined> {
      const reply = await send({ ...task, does: 'verify' }, delivery)
      return reply.kind === 'refused' ? reply.code : undefined
    },
    /** The headers that the Worker signs the body with. */
    async signed(task: Omit<Task, 'does'>, body: string | Uint8Array): Promise<Reply> {
      return send({ ...task, does: 'sign' }, { body, headers: {} })
    },
  }
}
