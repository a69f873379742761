import { afterAll, describe, expect, it } from '@jest/globals'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalRun, type TestLocalRun } from '../support/local-run'

const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-restart-'))
let run: TestLocalRun | null = null

async function start(fresh = false): Promise<TestLocalRun> {
  run = await startLocalRun({ dataDir, fresh })
  return run
}

afterAll(async () => {
  await run?.stop()
  rmSync(dataDir, { recursive: true })
})

async function rotate({ local }: TestLocalRun): Promise<unknown> {
  const { endpointId, apiKey } = local.contracts.keyturn
  const reply = await fetch(`${local.api}/v1/endpoints/${endpointId}/secret/rotate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ overlapSeconds: 0 }),
  })
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { keyId: string }).keyId
}

async function rotatedKeyIds({ local }: TestLocalRun): Promise<readonly unknown[]> {
  const { endpointId, apiKey } = local.contracts.keyturn
  const url = `${local.api}/v1/endpoints/${endpointId}/rotations?limit=100`
  const reply = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })
  return ((await reply.json()) as { data: { keyId: string }[] }).data.map(({ keyId }) => keyId)
}

/** Rotates, two at a time, and kills the server after the eighth answer; returns the key ids of all answers. */
async function rotateUntilKilled(running: TestLocalRun): Promise<readonly unknown[]> {
  const answered: unknown[] = []
  const rotations = async () => {
    for (;;) {
      answered.push(await rotate(running))
      if (answered.length === 8) await running.kill()
    }
  }
  await Promise.allSettled([rotations(), rotations()])
  return answered
}

/** Without what changes with the ports and with every start. */
function lasting({ local }: TestLocalRun): unknown {
  const { adminSession, memberSession, ...keyturn } = local.contracts.keyturn
  expect([adminSession, memberSession]).toEqual([expect.stringMatching(/^ey/), expect.stringMatching(/^ey/)])
  return {
    ...local,
    api: '',
    aws: '',
    contracts: { ...local.contracts, tumban: local.contracts.tumban.apiKey, keyturn },
  }
}

describe('a restart of the local run', () => {
  it('finds every rotation that was answered, ids and credentials, also after kill -9', async () => {
    const first = await start()
    const answered = await rotateUntilKilled(first)
    expect(answered.length).toBeGreaterThanOrEqual(8)
    const second = await start()
    expect(await rotatedKeyIds(second)).toEqual(expect.arrayContaining([...answered]))
    expect(lasting(second)).toEqual(lasting(first))
    expect(await rotate(second)).toMatch(/./)
  })

  it('ends cleanly, and issues sessions anew that work', async () => {
    expect(await run?.stop()).toBe(0)
    expect(existsSync(join(dataDir, 'local.json'))).toBe(false)
    const third = await start()
    const { tumban } = third.local.contracts
    const reply = await fetch(`${third.local.api}/api/v2/org/settings`, {
      headers: { authorization: `Bearer ${tumban.memberSession}` },
    })
    expect([reply.status, await reply.json()]).toEqual([200, expect.objectContaining({ org_id: tumban.tenantId })])
  })

  it('makes what an earlier version did not, and nothing else, in a folder of then', async () => {
    await run?.stop()
    const file = join(dataDir, 'seed.json')
    const { 'keyturn.platformApiKey': before, ...former } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify(former))
    const { local } = await start()
    const { platformApiKey, apiKey, tenantId } = local.contracts.keyturn
    expect([apiKey, platformApiKey]).toEqual([former['keyturn.apiKey'], expect.stringMatching(/^kt_/)])
    expect(platformApiKey).not.toBe(before)
    const reply = await fetch(`${local.api}/v1/api-keys?tenant=${tenantId}`, {
      headers: { authorization: `Bearer ${platformApiKey}` },
    })
    expect([reply.status, Object(await reply.json()).data.length]).toEqual([200, 3])
  })

  it('starts from nothing with --fresh', async () => {
    await run?.stop()
    const before = run?.local.contracts
    const fourth = await start(true)
    expect(fourth.local.contracts.keyturn.apiKey).not.toBe(before?.keyturn.apiKey)
    expect(await rotatedKeyIds(fourth)).toHaveLength(1)
  })
})
