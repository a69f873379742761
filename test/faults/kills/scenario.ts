/** What a process is doing when it is killed. */
export interface Scenario {
  readonly name: string
  /** Endpoints that get the event. */
  readonly subscribers: number
  /** Queue messages that were worked on before: the event, and so on. */
  readonly workedOff: number
  /** What each subscriber answers, one arrival after the other, where nothing is killed. More get the last. */
  readonly answers: readonly number[]
  /** How the deliveries end. */
  readonly end: 'success' | 'failed'
  /** Calls to AWS that it makes at least, those of its queue included. */
  readonly leastCalls: number
}

export const fanOut: Scenario = {
  name: 'the fan-out of an event',
  subscribers: 2,
  workedOff: 0,
  answers: [200],
  end: 'success',
  leastCalls: 8,
}

export const attempt: Scenario = {
  name: 'an attempt',
  subscribers: 1,
  workedOff: 1,
  answers: [200],
  end: 'success',
  leastCalls: 10,
}

export const failingAttempt: Scenario = {
  name: 'an attempt that fails',
  subscribers: 1,
  workedOff: 1,
  answers: [500, 200],
  end: 'success',
  leastCalls: 11,
}

export const retry: Scenario = {
  name: 'the attempt after one that failed',
  subscribers: 1,
  workedOff: 2,
  answers: [500, 200],
  end: 'success',
  leastCalls: 10,
}

export const givenUp: Scenario = {
  name: 'an attempt after which it is given up',
  subscribers: 1,
  workedOff: 1,
  answers: [410],
  end: 'failed',
  leastCalls: 12,
}
