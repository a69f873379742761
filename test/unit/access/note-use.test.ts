import { describe, expect, it } from '@jest/globals'
import { mostNoted, useNoter } from '../../../src/access/note-use'
import { addSeconds } from '../../../src/core/instant'

const noon = new Date('2026-11-21T12:00:00.000Z')

interface Noted {
  readonly sha256: string
  readonly hour: Date
}

/** A noter beside a clock, and what it wrote. `write`: what a write comes to. */
function bed(write: () => Promise<void> = () => Promise.resolve()) {
  const clock = { now: noon }
  const written: Noted[] = []
  const said: string[] = []
  const note = useNoter({
    apiKeys: {
      noteUse: (sha256, hour) => {
        written.push({ sha256, hour })
        return write()
      },
    },
    now: () => clock.now,
    timeout: () => new AbortController().signal,
    log: { info: () => undefined, error: message => said.push(message) },
  })
  const use = (sha256: string, lastUsedAt: Date | null = null) => note({ sha256, lastUsedAt })
  return { clock, written, said, use }
}

describe('the last use of an API key', () => {
  it('is the hour, and is written once an hour and key', async () => {
    const { clock, written, use } = bed()
    clock.now = addSeconds(noon, 1234)
    await use('a')
    await use('a')
    await use('b')
    clock.now = addSeconds(noon, 3600)
    await use('a')
    expect(written).toEqual([
      { sha256: 'a', hour: noon },
      { sha256: 'b', hour: noon },
      { sha256: 'a', hour: addSeconds(noon, 3600) },
    ])
  })

  it('is not written where the API key says this hour already, or a later one', async () => {
    const { written, use } = bed()
    await use('a', noon)
    await use('b', addSeconds(noon, 3600))
    await use('c', addSeconds(noon, -1))
    expect(written).toEqual([{ sha256: 'c', hour: noon }])
  })

  it('fails no request when it cannot be written, is told in the log once, and not tried again in this hour', async () => {
    const { clock, written, said, use } = bed(() => Promise.reject(new Error('AccessDenied')))
    await use('a')
    await use('a')
    expect([written.length, said]).toEqual([1, ['the last use of an API key could not be noted']])
    clock.now = addSeconds(noon, 3600)
    await use('a')
    expect(written.length).toBe(2)
  })

  it('is remembered of so many API keys, the oldest forgotten first', async () => {
    const { written, use } = bed()
    for (let n = 0; n <= mostNoted; n += 1) await use(String(n))
    await use(String(mostNoted))
    await use('0')
    expect(written.map(({ sha256 }) => sha256).slice(mostNoted)).toEqual([String(mostNoted), '0'])
  })
})
