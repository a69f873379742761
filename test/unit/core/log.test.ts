import { describe, expect, it } from '@jest/globals'
import { inRequestScope, jsonLog } from '../../../src/core/log'
import { noon } from '../../support/suites/sample-endpoint'

describe('log lines', () => {
  it('carry the id of their own request, however requests overlap', async () => {
    const lines: string[] = []
    const log = jsonLog({ level: 'info', now: () => noon, write: line => lines.push(line) })
    const work = async (name: string): Promise<void> => {
      for (let step = 0; step < 5; step += 1) {
        await new Promise(resolve => setImmediate(resolve))
        log.info('step', { name, step })
      }
    }
    await Promise.all(['a', 'b', 'c'].map(name => inRequestScope(`request-${name}`, () => work(name))))
    const parsed = lines.map(line => JSON.parse(line) as { name: string; requestId: string })
    expect(parsed).toHaveLength(15)
    expect(parsed.filter(({ name, requestId }) => requestId !== `request-${name}`)).toEqual([])
  })

  it('are one JSON object each, whose own members no field replaces', () => {
    const lines: string[] = []
    const log = jsonLog({ level: 'error', now: () => noon, write: line => lines.push(line) })
    log.info('not said', {})
    log.error('said', { level: 'none', message: 'none', note: 'a\nb' })
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { level: 'error', message: 'said', timestamp: noon.toISOString(), requestId: null, note: 'a\nb' },
    ])
    expect(lines[0]).not.toContain('\n')
  })
})
