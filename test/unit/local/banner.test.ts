import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { banner } from '../../../local/banner'
import { describeLocalRun } from '../../../local/local-description'
import { openSessionIssuer } from '../../../local/session-issuer'

async function bannerAt(port: number): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-banner-'))
  const issuer = await openSessionIssuer(join(dir, 'session-key.json'))
  rmSync(dir, { recursive: true })
  const urlOf = (each: number): string => `http://127.0.0.1:${each}`
  const described = { api: urlOf(port), aws: urlOf(port + 1), accessKeyId: 'LOCAL0123456789ABCDE', keys: {}, issuer }
  return banner(await describeLocalRun(described), dir)
}

describe('the banner', () => {
  it.each([
    [4700, 4702],
    [4800, 4802],
    [65533, 65535],
    [65534, 65533],
  ])('for port %d has a receiver on port %d, which is neither the API nor its AWS endpoint', async (port, receiver) => {
    const text = await bannerAt(port)
    expect(text).toContain(`.listen(${receiver})`)
    expect(text).toContain(`"url": "http://127.0.0.1:${receiver}/"`)
    expect(text).toContain('AWS_ACCESS_KEY_ID=LOCAL0123456789ABCDE ')
    expect(text).toContain(`curl -X POST http://127.0.0.1:${port}/v1/events`)
  })
})
