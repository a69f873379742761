import { describe, expect, it } from '@jest/globals'
import { inRequestScope, jsonLog, nameInLog, scrubbedError } from '../../../src/core/log'
import { noon } from '../../support/suites/sample-endpoint'

describe('log lines', () => {
  it('carry what their own request was named by, from then on', async () => {
    const lines: string[] = []
    const log = jsonLog({ level: 'info', now: () => noon, write: line => lines.push(line) })
    const work = async (name: string): Promise<void> => {
      log.info('before', {})
      nameInLog({ actorId: name })
      await new Promise(resolve => setImmediate(resolve))
      nameInLog({ tenantId: `org_${name}` })
      log.info('after', { message: 'no' })
    }
    await Promise.all(['a', 'b'].map(name => inRequestScope(`request-${name}`, () => work(name))))
    nameInLog({ actorId: 'nobody' })
    log.info('outside', {})
    const named = lines.map(line => JSON.parse(line) as object).filter(line => 'actorId' in line)
    expect(named).toMatchObject([
      { requestId: 'request-a', message: 'after', actorId: 'a', tenantId: 'org_a' },
      { requestId: 'request-b', message: 'after', actorId: 'b', tenantId: 'org_b' },
    ])
    expect(named).toHaveLength(2)
  })

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

describe('an error', () => {
  it('is cut between characters where its message is long', () => {
    expect(scrubbedError(new Error(`a${'😀'.repeat(400)}`))).toMatchObject({ errorMessage: `a${'😀'.repeat(299)}` })
  })

  it('is logged without the query and the fragment of any URL', () => {
    const error = new TypeError('no reply from https://a.example/x?token=short&b=1#key, see https://b.example/y?z', {
      cause: new Error('GET /v1/endpoints?cursor=short'),
    })
    expect(scrubbedError(error)).toEqual({
      error: 'TypeError',
      errorMessage: 'no reply from https://a.example/x[…] see https://b.example/y[…]',
      cause: 'Error',
      causeMessage: 'GET /v1/endpoints[…]',
    })
  })
})
