import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readBody } from '../../../local/aws-server/http'
import { closeServer, listen } from '../../../local/listen'

/** Stands before Secrets Manager like a policy with the condition `secretsmanager:VersionStage`. */
export interface LabelPolicy {
  readonly url: string
  /** From now on reading a version by this label is denied. */
  deny(label: string): void
  close(): Promise<void>
}

export async function startLabelPolicy(target: string): Promise<LabelPolicy> {
  const denied = new Set<unknown>()
  const server = createServer((request, response) => {
    void readBody(request).then(body => {
      const { VersionStage } = JSON.parse(body.toString()) as { readonly VersionStage?: string }
      return denied.has(VersionStage) ? answerDenied(response) : forward(target, { request, body, response })
    })
  })
  return {
    url: await listen(server, 0),
    deny: label => void denied.add(label),
    close: () => closeServer(server),
  }
}

function answerDenied(response: ServerResponse): void {
  const reply = { __type: 'AccessDeniedException', Message: 'not authorized to perform: secretsmanager:GetSecretValue' }
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(reply))
}

interface Exchange {
  readonly request: IncomingMessage
  readonly body: Buffer
  readonly response: ServerResponse
}

async function forward(target: string, { request, body, response }: Exchange): Promise<void> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === 'string' && /^(?:x-amz-|content-type$|authorization$)/.test(name) ? [[name, value] as const] : [],
  )
  const reply = await fetch(target, { method: 'POST', headers: Object.fromEntries(headers), body: body.toString() })
  response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' }).end(await reply.text())
}
