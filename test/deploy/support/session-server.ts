import { createServer } from 'node:http'
import { closeServer, listen } from '../../../local/listen'
import { openSessionIssuer, type SessionIssuer } from '../../../local/session-issuer'

export interface SessionServer {
  /** The issuer's name, too. */
  readonly url: string
  readonly issuer: SessionIssuer
  stop(): Promise<void>
}

/** A platform's sign-in: issues sessions, and serves the key that they are verified with. */
export async function startSessionServer(keyFile: string): Promise<SessionServer> {
  const issuer = await openSessionIssuer(keyFile)
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(issuer.jwks))
  })
  const url = await listen(server, 0)
  return { url, issuer, stop: () => closeServer(server) }
}
