import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { defaultProvider } from '../../../../scripts/aliases/lambda-credentials'

const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

describe('defaultProvider', () => {
  const before = names.map(name => [name, process.env[name]] as const)
  beforeEach(() => {
    for (const name of names) delete process.env[name]
  })
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  it('reads what Lambda puts into the environment, each time it is asked', async () => {
    const provider = defaultProvider()
    process.env['AWS_ACCESS_KEY_ID'] = 'id'
    process.env['AWS_SECRET_ACCESS_KEY'] = 'key'
    expect(await provider()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key' })
    process.env['AWS_SESSION_TOKEN'] = 'token'
    expect(await provider()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' })
  })

  it('rejects when there are none', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'id'
    await expect(defaultProvider()()).rejects.toThrow('no AWS credentials in the environment')
  })
})
