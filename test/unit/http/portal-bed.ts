import { allContracts } from '../../../src/contracts/all'
import type { Contract } from '../../../src/contracts/contract'
import { keyturn } from '../../../src/contracts/keyturn'
import type { NewApiKeyRequest } from '../../../src/access/create-api-key'
import { bearer, harness, jsonBody, NOON, portalSettings, type Reply, textAt } from './harness'

/** A nonce, made of a letter. */
export function nonceOf(letter: string): string {
  return letter.repeat(43)
}

const headers = { origin: portalSettings.origin, 'content-type': 'application/json' }

/** The whole API, a platform's API key for the tenant acme, and its portal sessions. */
export async function portalBed(given: Partial<NewApiKeyRequest> = {}, contracts: readonly Contract[] = allContracts) {
  const made = harness(contracts)
  const { send, clock } = made
  const token = await made.apiKey(keyturn, 'acme', given)
  const mint = (changes: object = {}): Promise<Reply> =>
    send('POST', '/v1/portal-sessions', jsonBody(token, { subject: 'user-7', scopes: ['read', 'rotate'], ...changes }))
  const exchange = (body: object, more: Record<string, string> = {}): Promise<Reply> =>
    send('POST', '/v1/portal-sessions/exchange', { headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const describe = (code: string): Promise<Reply> =>
    send('POST', '/v1/portal-sessions/describe', { headers, body: JSON.stringify({ code }) })
  const later = (seconds: number): void => {
    clock.now = new Date(NOON.getTime() + seconds * 1000)
  }
  /** The headers of a page by itself whose code was exchanged. */
  const open = async (changes: object = {}): Promise<{ id: string; headers: Record<string, string> }> => {
    const reply = await mint(changes)
    const { headers: got } = await exchange({ code: codeOf(reply), nonce: nonceOf('n') })
    return { id: textAt(reply, 'id'), headers: pageHeaders(textAt(reply, 'id'), got.get('set-cookie') ?? '') }
  }
  /** The headers of an embedded page. */
  const embed = async (changes: object = {}): Promise<{ id: string; headers: Record<string, string> }> => {
    const reply = await mint({ parentOrigins: ['https://app.example'], ...changes })
    const got = await exchange({ code: codeOf(reply), nonce: nonceOf('n') })
    return { id: textAt(reply, 'id'), ...bearer(textAt(got, 'token')) }
  }
  return { ...made, token, mint, exchange, describe, later, open, embed }
}

/** The code in the link of a new session. */
export function codeOf(reply: Reply): string {
  return new URL(textAt(reply, 'url')).hash.slice(1)
}

export function pageHeaders(id: string, setCookie: string): Record<string, string> {
  return { cookie: setCookie.split(';')[0] ?? '', 'keyturn-portal-session': id }
}
