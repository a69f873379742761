import { expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandFault } from '../../../cli/faults'
import { list } from '../../../cli/keys'
import { freePorts } from '../../support/local-run'

async function faultAt(localJson: string): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-command-'))
  writeFileSync(join(dir, 'local.json'), localJson)
  try {
    return (await list({ options: { dataDir: dir }, args: [], say: () => {} })).lines.join()
  } catch (error) {
    return commandFault(error).replace(dir, '<dir>')
  } finally {
    rmSync(dir, { recursive: true })
  }
}

it('a local run that was killed, and left its local.json behind, is asked about', async () => {
  const aws = `http://127.0.0.1:${await freePorts()}`
  const local = { aws, region: 'us-east-1', table: 't', accessKeyId: 'a', secretAccessKey: 's' }
  expect(await faultAt(JSON.stringify(local))).toMatch(/^nobody answers at 127\.0\.0\.1:\d+: is the local run/)
})

it.each(['{', '{}', '{"aws": "x"}'])('a local.json that holds %s is named', async content => {
  expect(await faultAt(content)).toBe('<dir>/local.json is damaged; the next npm start writes it anew')
})
