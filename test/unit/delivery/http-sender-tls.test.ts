import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Closers } from '../../../local/closers'
import { functionEnvironment } from '../../../local/function-environment'
import { sqsQueue } from '../../../src/aws/sqs-delivery-queue'
import { addSeconds } from '../../../src/core/instant'
import type { AttemptRecord } from '../../../src/delivery/attempt'
import { publishEvent } from '../../../src/delivery/event'
import { verify } from '../../../src/verify'
import { type DeliveryBed, startDeliveryBed, subscribe } from '../../faults/subjects/deliveries/bed'
import { startFunctionProcess, untilDone } from '../../faults/subjects/deliveries/function-process'
import { type Certificate, selfSigned } from '../../support/tls/self-signed'
import { type Receiver, startReceiver } from './receiver'

// The built function, in a process of its own each time, and receivers that speak TLS.

const hour = 60 * 60
const closers = new Closers()
let bed: DeliveryBed
beforeAll(async () => {
  bed = await startDeliveryBed(closers)
})
afterAll(() => closers.close())

async function startTlsReceiver(certificate: Certificate): Promise<Receiver> {
  const receiver = await startReceiver(certificate)
  closers.add(() => receiver.close())
  return receiver
}

interface Delivered {
  readonly secret: string
  readonly attempts: readonly Pick<AttemptRecord, 'status' | 'error'>[]
}

let tenants = 0

/** Publishes an event to the URL. `authority`: what the process trusts beside the authorities that Node knows. */
async function deliverTo(url: string, authority: Certificate | null): Promise<Delivered> {
  const { built, aws, queues, deliveries } = bed
  tenants += 1
  const tenantId = `tls-${tenants}`
  const [{ endpointId, secret }, reach] = await Promise.all([subscribe(bed, tenantId, url), queues.add(tenantId)])
  const event = { tenantId, type: 'order.paid', payload: { total: 3 }, id: null }
  await publishEvent({ ...deliveries, queue: sqsQueue(reach) }, event)
  const environment = {
    ...functionEnvironment({ name: 'deliver', bundle: built.bundle, aws }),
    QUEUE_URL: reach.queueUrl,
    ...(authority === null ? {} : { NODE_EXTRA_CA_CERTS: fileOf(authority, tenantId) }),
  }
  await untilDone(startFunctionProcess({ ...built, environment, queueUrls: [reach.queueUrl], aheadMs: 0 }))
  const { items } = await deliveries.attempts.list({ tenantId, endpointId }, { limit: 10, after: null })
  return { secret, attempts: items.map(({ status, error }) => ({ status, error })) }
}

function fileOf({ cert }: Certificate, name: string): string {
  const file = join(dirname(bed.built.bundle), `${name}.pem`)
  writeFileSync(file, cert)
  return file
}

it('delivers over TLS where the certificate is trusted, and nothing where it is not', async () => {
  const certificate = selfSigned(addSeconds(new Date(), hour))
  const receiver = await startTlsReceiver(certificate)
  const refused = await deliverTo(receiver.url, null)
  expect(refused.attempts).toEqual([{ status: null, error: 'tls' }])
  expect(receiver.received).toEqual([])
  const { attempts, secret } = await deliverTo(receiver.url, certificate)
  expect(attempts).toEqual([{ status: 200, error: null }])
  expect(receiver.received).toHaveLength(1)
  for (const { body, headers } of receiver.received) verify(body, headers, secret)
})

it('delivers nothing to a trusted certificate of another name', async () => {
  const certificate = selfSigned(addSeconds(new Date(), hour))
  const receiver = await startTlsReceiver(certificate)
  const { attempts } = await deliverTo(receiver.url.replace('127.0.0.1', 'localhost'), certificate)
  expect(attempts).toEqual([{ status: null, error: 'tls' }])
  expect(receiver.received).toEqual([])
})

it('delivers nothing to a trusted certificate that has expired', async () => {
  const certificate = selfSigned(addSeconds(new Date(), -hour))
  const receiver = await startTlsReceiver(certificate)
  const { attempts } = await deliverTo(receiver.url, certificate)
  expect(attempts).toEqual([{ status: null, error: 'tls' }])
  expect(receiver.received).toEqual([])
})
