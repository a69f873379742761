import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { setTimeout as wait } from 'node:timers/promises'
import { type DeliveryRequest, httpSender } from '../../../src/delivery/http-sender'
import { type Receiver, startReceiver } from '../../unit/delivery/receiver'

const clock = (): number => performance.now()
const send = httpSender({ insecureTargets: 'on', clock })

function block(milliseconds: number): void {
  const until = clock() + milliseconds
  while (clock() < until);
}

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
  await send(to())
})
afterEach(() => receiver.close())

function to(over: Partial<DeliveryRequest> = {}): DeliveryRequest {
  return { url: receiver.url, headers: {}, body: '{}', timeoutMs: 300, ...over }
}

describe('time that this process was busy', () => {
  it('is not counted against the receiver', async () => {
    receiver.answer = response => {
      block(800)
      response.end('ok')
    }
    const reply = await send(to())
    expect(reply).toMatchObject({ kind: 'reply', status: 200 })
    expect(reply.durationMs).toBeLessThan(400)
  })

  it('ends the attempt as nobody’s failure where there was too much of it', async () => {
    receiver.answer = () => undefined
    const end = new AbortController()
    const busy = (async () => {
      while (!end.signal.aborted) {
        block(1000)
        await wait(1)
      }
    })()
    await expect(send(to({ timeoutMs: 20_000 }))).rejects.toMatchObject({ code: 'unavailable' })
    end.abort()
    await busy
  })

  it('makes a connection that broke off meanwhile nobody’s failure', async () => {
    receiver.answer = response => {
      block(1500)
      response.socket?.resetAndDestroy()
    }
    const request = to({ url: receiver.url.replace('127.0.0.1', 'localhost'), timeoutMs: 5000 })
    await expect(send(request)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('time that the lookup took', () => {
  it('is not counted against the receiver', async () => {
    const lookup = async () => {
      await wait(500)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const slow = httpSender({ insecureTargets: 'on', clock, lookup })
    const reply = await slow(to({ url: receiver.url.replace('127.0.0.1', 'receiver.example') }))
    expect(reply).toMatchObject({ kind: 'reply', status: 200 })
    expect(reply.durationMs).toBeLessThan(400)
  })
})
