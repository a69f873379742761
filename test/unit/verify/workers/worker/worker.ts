import * as verifier from 'keyturn/verify'
import type { Call, Reply } from './call'
import { readySchemes } from './ready-schemes'

// What runs in workerd: verifies a request as it arrived, or signs its body.

const ready = readySchemes(verifier)

export default {
  async fetch(request: Request): Promise<Response> {
    // The test alone sends it.
    const call = JSON.parse(request.headers.get('call') ?? '') as Call
    try {
      return Response.json(await answer(call, request))
    } catch (error) {
      if (!(error instanceof verifier.WebhookVerificationError)) return new Response(String(error), { status: 500 })
      return Response.json({ kind: 'refused', code: error.code } satisfies Reply)
    }
  },
}

async function answer(call: Call, request: Request): Promise<Reply> {
  const { secrets, now, id, tenant } = call
  const body = call.body === 'text' ? await request.text() : new Uint8Array(await request.arrayBuffer())
  const scheme = typeof call.scheme === 'string' ? ready[call.scheme] : call.scheme
  const options = { scheme, ...(now === undefined ? {} : { now: new Date(now) }) }
  if (call.does === 'sign') return { kind: 'signed', headers: verifier.sign(body, secrets, { ...options, id, tenant }) }
  const headers = call.headers === 'record' ? Object.fromEntries(request.headers) : request.headers
  verifier.verify(body, headers, secrets, options)
  return { kind: 'verified' }
}
