import { expect } from '@jest/globals'
import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { World } from './world'

export interface Held {
  readonly held: readonly ServerResponse[]
  readonly lanes: readonly Promise<void>[]
}

/** A time limit that no test reaches. */
export const slow = { requestConfig: { timeoutMs: 30_000, headers: {} } }

/** Holds back the receiver's answers to events whose type begins with `type`. Every other is answered at once. */
export function holdAnswers(world: World, type = ''): ServerResponse[] {
  const held: ServerResponse[] = []
  world.receiver.answer = (response, { body }) => {
    if (String(JSON.parse(body).type).startsWith(type)) held.push(response)
    else response.end('ok')
  }
  return held
}

/** Answers what was held and whatever comes from now on, and waits for the lanes. */
export async function answerAll(world: World, { held, lanes }: Held): Promise<void> {
  world.receiver.answer = response => response.end('ok')
  for (const response of held) response.end('ok')
  await Promise.all(lanes)
}

export async function opened(world: World, count: number): Promise<void> {
  while (world.receiver.open.now < count) await wait(5)
}

/** Lets time pass until the receiver has got so many deliveries. */
export async function drainUntil(world: World, count: number): Promise<void> {
  for (let second = 0; second < 300 && world.receiver.received.length < count; second += 1) {
    world.pass(1)
    await world.drain(world.deps, 4)
  }
  expect(world.receiver.received).toHaveLength(count)
}
