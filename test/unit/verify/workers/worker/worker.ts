import * as verifier from 'keyturn/verify'
import { readySchemes } from './ready-schemes'
import type { Reply, Task } from './task'

// What runs in workerd: verifies a request as it arrived, or signs its body.

const ready = readySchemes(verifier)

export default {
  async fetch(request: Request): Promise<Response> {
    // The test alone sends it.
    const task = JSON.parse(request.headers.get('task') ?? '') as Task
    try {
      return Response.json(await perform(task, request))
    } catch (error) {
      if (!(error instanceof verifier.WebhookVerificationError)) return new Response(String(error), { status: 500 })
      return Response.json({ kind: 'refused', code: error.code } satisfies Reply)
    }
  },
}

async function perform(task: Task, request: Request): Promise<Reply> {
  const { secrets, now, id, tenant } = task
  const body = task.body === 'text' ? await request.text() : new Uint8Array(await request.arrayBuffer())
  const scheme = typeof task.scheme === 'string' ? ready[task.scheme] : task.scheme
  const options = { scheme, ...(now === undefined ? {} : { now: new Date(now) }) }
  if (task.does === 'sign') return { kind: 'signed', headers: verifier.sign(body, secrets, { ...options, id, tenant }) }
  const headers = task.headers === 'record' ? Object.fromEntries(request.headers) : request.headers
  verifier.verify(body, headers, secrets, options)
  return { kind: 'verified' }
}
