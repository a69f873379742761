import { expect, it } from '@jest/globals'
import { OwnAttempts } from '../../../src/delivery/own-attempts'

const soonMs = 5
const never = 60_000

it('one tenant’s messages are worked on so many at a time; the others come in turn as those are done', async () => {
  const own = new OwnAttempts()
  expect(await Promise.all([own.enter('org_1', 2, never), own.enter('org_1', 2, never)])).toEqual([true, true])
  const order: string[] = []
  const third = own.enter('org_1', 2, never).then(() => order.push('third'))
  const fourth = own.enter('org_1', 2, never).then(() => order.push('fourth'))
  expect(await own.enter('org_2', 2, never)).toBe(true)
  own.leave('org_1')
  await third
  own.leave('org_1')
  await fourth
  expect(order).toEqual(['third', 'fourth'])
})

it('a message that waited long enough is not worked on, and takes nobody’s place', async () => {
  const own = new OwnAttempts()
  await own.enter('org_1', 1, never)
  expect(await own.enter('org_1', 1, soonMs)).toBe(false)
  own.leave('org_1')
  expect(await own.enter('org_1', 1, never)).toBe(true)
  expect(await own.enter('org_1', 1, soonMs)).toBe(false)
})

it('two wait for each that may be in work, and no more', async () => {
  const own = new OwnAttempts()
  await own.enter('org_1', 1, never)
  const waiting = [own.enter('org_1', 1, never), own.enter('org_1', 1, never)]
  expect(await own.enter('org_1', 1, never)).toBe(false)
  own.leave('org_1')
  expect(await waiting[0]).toBe(true)
  own.leave('org_1')
  expect(await waiting[1]).toBe(true)
})

it('who waits for a lease is told when a message of the tenant is done', async () => {
  const own = new OwnAttempts()
  await own.enter('org_1', 2, never)
  const told = own.nextEnd('org_1')
  own.leave('org_1')
  await told
})
