import type { EndpointSettings } from '../../src/rotation/endpoint'

/** Settings of an endpoint that gets every event of its tenant. */
export const plainSettings: EndpointSettings = {
  url: 'https://hooks.example.com/in',
  description: '',
  name: '',
  eventTypes: [],
  status: 'active',
  mirror: 'on',
  requestConfig: { timeoutMs: 5000, headers: {} },
  consumers: [],
}
