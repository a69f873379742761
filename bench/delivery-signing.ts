import { createHmac } from 'node:crypto'
import { sign } from '../src/verify'
import { interleave, median, medianRatio } from './interleaved'
import type { Figure } from './figure'

const interleaving = { rounds: 101, batchMs: 1.5 }
const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD']
const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')
const id = 'msg_2b5d0f1f7b9c4e3a8d6c5b4a'
const body = JSON.stringify({ type: 'order.paid', data: 'x'.repeat(1000) })

/** Signing 1 KB by Standard Webhooks, against the bare HMAC over the same bytes. */
export async function signingFigures(): Promise<readonly Figure[]> {
  const samples = await interleave(
    {
      hmac: () => {
        const content = `${id}.${Math.floor(Date.now() / 1000)}.${body}`
        return `v1,${createHmac('sha256', key).update(content).digest('base64')}`
      },
      'one key': () => sign(body, secrets.slice(0, 1), { id }),
      'two keys': () => sign(body, secrets, { id }),
    },
    interleaving,
  )
  const perSecond = (name: string): number => Math.round(1e9 / median(samples.get(name) ?? []))
  return [
    { name: 'signing 1 KB, bare HMAC', value: perSecond('hmac'), unit: '/s' },
    { name: 'signing 1 KB, one key', value: perSecond('one key'), unit: '/s' },
    { name: 'signing 1 KB, two keys', value: perSecond('two keys'), unit: '/s' },
    { name: 'signing 1 KB against bare HMAC', value: medianRatio(samples, 'one key', 'hmac'), unit: '×', most: 3 },
  ]
}
