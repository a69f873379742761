import { describe, expect, it } from '@jest/globals'
import { storno } from '../../../src/contracts/storno'
import { intentTag } from '../../../src/rotation-hook/intent'
import { bedFor, failing, next, replacing } from './hook-bed'
import { firstVersion, steps } from './model'

describe('finishSecret', () => {
  it('leaves the intents of a later rotation alone when it runs once more', async () => {
    const { rotatedSecret, run } = bedFor(replacing)
    for (const step of steps) await run(step)
    rotatedSecret.begin(next)
    rotatedSecret.tags[`${intentTag}:later`] = `${next} 2026-11-21T12:00:00.000Z`
    await run('finishSecret')
    expect(Object.keys(rotatedSecret.tags)).toEqual([`${intentTag}:later`])
  })

  it('moves nothing before there is a value, or when another version became current', async () => {
    const { rotatedSecret, run } = bedFor(storno)
    await expect(run('finishSecret')).rejects.toEqual(failing('nothing-stored'))
    expect(rotatedSecret.versions.get(firstVersion)?.labels).toContain('AWSCURRENT')
    const raced = bedFor(storno, ({ rotatedSecret: secret }) => ({
      rotatedSecret: { ...secret, moveCurrent: async () => 'mismatch' },
    }))
    await raced.run('createSecret')
    await expect(raced.run('finishSecret')).rejects.toEqual(failing('current-moved'))
  })
})
