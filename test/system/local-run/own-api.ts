import { type Answer, textAt } from '../../support/api-caller'
import type { EndpointAddress } from './own-api-view'
import { asOperator, ownTenant, type Setting } from './setting'

export const receiverUrl = 'https://receiver.example/own'

type Headers = Readonly<Record<string, string>>

/** A new endpoint's reply, and where the endpoint is. */
export type Created = Answer & { readonly endpointId: string; readonly address: EndpointAddress }

/** Our own API, called for a tenant that has nothing else. */
export function ownApi(setting: () => Setting) {
  const call = (method: string, path: string, body?: unknown, headers: Headers = {}): Promise<Answer> => {
    const credentials = asOperator(setting(), ownTenant)
    const options = { ...credentials, headers: { ...credentials.headers, ...headers } }
    return setting().api.call(method, path, body === undefined ? options : { ...options, body })
  }
  const create = async (): Promise<Created> => {
    const reply = await call('POST', '/v1/endpoints', { url: receiverUrl })
    const endpointId = textAt(reply, 'endpoint.id')
    return { ...reply, endpointId, address: { tenantId: ownTenant, endpointId } }
  }
  const rotate = ({ endpointId }: Created, body?: object, headers: Headers = {}): Promise<Answer> =>
    call('POST', `/v1/endpoints/${endpointId}/secret/rotate`, body, headers)
  return { call, create, rotate }
}
