import type { EndpointAddress } from '../../src/rotation/ports'

/** Ends every key but the current one, through our own API. Contracts keep at most five. */
export async function revokePrevious(api: string, key: EndpointAddress, operatorKey: string): Promise<void> {
  const url = `${api}/v1/endpoints/${key.endpointId}/secret/revoke-previous`
  const headers = { authorization: `Bearer ${operatorKey}`, 'keyturn-tenant': key.tenantId }
  const reply = await fetch(url, { method: 'POST', headers })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}: ${text.slice(0, 200)}`)
}
