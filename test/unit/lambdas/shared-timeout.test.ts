import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sharedTimeout } from '../../../lambdas/wiring'

const root = join(__dirname, '../../..')

/** What a process says on its error output when so many calls listen to one signal, as each call of an SDK does. */
async function saidOf(signal: string, calls: number): Promise<string> {
  const script = `
    const { sharedTimeout } = require('./lambdas/wiring.ts')
    const signal = ${signal}
    for (let call = 0; call < ${calls}; call += 1) signal.addEventListener('abort', () => undefined)
    setImmediate(() => process.exit(0))`
  const node = ['--import', 'tsx', '--eval', script]
  return (await promisify(execFile)(process.execPath, node, { cwd: root })).stderr
}

describe('a signal that many calls share', () => {
  it('leaves nothing but JSON in the log, with a hundred unsettled changes too', async () => {
    expect(await saidOf('sharedTimeout(60_000)', 100)).toBe('')
  })

  it('would have the eleventh warned of if it were any signal', async () => {
    expect(await saidOf('AbortSignal.timeout(60_000)', 11)).toContain('MaxListenersExceededWarning')
  })

  it('aborts once its time is over', async () => {
    const signal = sharedTimeout(1)
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' })
  })
})
