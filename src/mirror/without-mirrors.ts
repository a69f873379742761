import type { Endpoint } from '../endpoints/endpoint'
import type { EndpointStore } from '../endpoints/endpoint-store'

/** The store of a deployment that mirrors nothing: every endpoint reads as one whose mirror is off. */
export function withoutMirrors(store: EndpointStore): EndpointStore {
  return {
    ...store,
    load: async key => {
      const endpoint = await store.load(key)
      return endpoint && withoutMirror(endpoint)
    },
    list: async (tenantId, page) => {
      const { items, next } = await store.list(tenantId, page)
      return { items: items.map(withoutMirror), next }
    },
  }
}

function withoutMirror(endpoint: Endpoint): Endpoint {
  return { ...endpoint, settings: { ...endpoint.settings, mirror: 'off' }, lookAgainAt: null }
}
