import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kmsKeys } from '../../../local/aws-server/kms-keys'
import { OperatorError } from '../../../local/operator-error'
import { readSeededKeys } from '../../../local/seed'
import { openSessionIssuer } from '../../../local/session-issuer'

const readers: Readonly<Record<string, (file: string) => unknown>> = {
  'session-key.json': openSessionIssuer,
  'seed.json': readSeededKeys,
  'kms-keys.json': file => kmsKeys({ file, known: null, now: () => new Date() }),
}
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-stored-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

describe('a damaged file of the data folder', () => {
  it.each([
    ['session-key.json', '{"kty":', /; delete it, and sessions are issued with a new key$/],
    ['session-key.json', '{}', /; delete it/],
    ['session-key.json', '{"kty":"EC","crv":"P-256","x":"AA","y":"AA","d":"AA"}', /; delete it/],
    ['seed.json', '', /; delete it, and new keys are made$/],
    ['seed.json', '{"keyturn.apiKey": 1}', /; delete it/],
    ['kms-keys.json', '[{', /; .*: restore it, or begin anew with --fresh$/],
    ['kms-keys.json', '{}', /; .*: restore it/],
    ['kms-keys.json', '[{"id": "1"}]', /; .*: restore it/],
  ])('%s is named when it holds %j, with what to do', async (name, content, remedy) => {
    const file = join(dir, name)
    writeFileSync(file, content)
    const reading = (async () => readers[name]?.(file))()
    await expect(reading).rejects.toBeInstanceOf(OperatorError)
    await expect(reading).rejects.toThrow(new RegExp(`^${file} is damaged; `))
    await expect(reading).rejects.toThrow(remedy)
  })
})
