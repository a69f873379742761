import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openedKeyCache } from '../src/delivery/opened-key-cache'
import { Secret } from '../src/rotation/secret'
import { sign } from '../src/verify'
import type { Row } from './row'

const endpoints = 10_000
const mostMegabytes = 10

/** What stays in memory once a delivery was signed for each of 10,000 endpoints with two live keys: caches are bounded. */
export async function memoryRows(): Promise<readonly Row[]> {
  setFlagsFromString('--expose-gc')
  // The function that the flag makes.
  const collect = runInNewContext('gc') as () => void
  const open = openedKeyCache({ open: async sealed => new Secret(`whsec_${sealed}`) }, () => new Date())
  collect()
  const before = process.memoryUsage().heapUsed
  for (let endpoint = 0; endpoint < endpoints; endpoint += 1) await signFor(open, endpoint)
  collect()
  const value = (process.memoryUsage().heapUsed - before) / 1024 / 1024
  const name = `memory kept after signing for ${endpoints.toLocaleString('en')} endpoints`
  return [{ name, value, unit: 'MB', target: `≤ ${mostMegabytes}`, ok: value <= mostMegabytes }]
}

async function signFor(open: ReturnType<typeof openedKeyCache>, endpoint: number): Promise<void> {
  const owner = { tenantId: 'org_1', endpointId: `ep_${endpoint}` }
  const secrets = await Promise.all(
    ['new', 'old'].map(age => {
      const sealed = Buffer.from(`${age} key of endpoint ${endpoint}`.padEnd(33, '.')).toString('base64')
      const key = { id: `key_${age}_${endpoint}`, sealed, hint: '', mask: null, createdAt: new Date(), expiresAt: null }
      return open(key, owner)
    }),
  )
  sign(
    '{}',
    secrets.map(secret => secret.reveal()),
    { id: `msg_${endpoint}` },
  )
}
