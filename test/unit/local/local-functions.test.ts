import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { LocalFunction } from '../../../local/local-functions'
import { buildFunctions, buildWorkerRuntime, type Bundle } from '../../../scripts/bundle'

let folder: string
let runtime: string
let bundle: Bundle
let log: PassThrough
let running: LocalFunction | null = null

function start(timeoutSeconds = 5): LocalFunction {
  log = new PassThrough()
  const environment = { AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: 'probe' }
  running = new LocalFunction({ runtime, bundle: bundle.file, environment, log, timeoutSeconds })
  return running
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-function-'))
  runtime = await buildWorkerRuntime(folder)
  const built = await buildFunctions(folder, { probe: 'test/unit/local/fixtures/probe.ts' })
  if (built[0] === undefined) throw new TypeError('nothing was built')
  bundle = built[0]
})

afterEach(async () => {
  await running?.kill()
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('a function of the local run', () => {
  it('reports the size of the bundle that was built', async () => {
    expect((await readFile(bundle.file)).length).toBe(bundle.bytes)
  })

  it('answers events, several at once, out of one worker', async () => {
    const probe = start()
    const replies = await Promise.all([probe.invoke({ do: 'wait' }), probe.invoke({ n: 1 }), probe.invoke({ n: 2 })])
    expect(replies).toMatchObject([{ event: { do: 'wait' } }, { event: { n: 1 } }, { event: { n: 2 } }])
    expect(await probe.invoke({})).toMatchObject({ events: 4, functionName: 'probe' })
  })

  it('gives the function its own environment and nothing else', async () => {
    const environment = await start().invoke({ do: 'environment' })
    expect(environment).toEqual({ AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: 'probe' })
  })

  it('writes to one log with as many others as there are, of which Node does not warn', async () => {
    const file = join(folder, 'shared.ndjson')
    const { stderr } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      'test/unit/local/fixtures/shared-log.ts',
      file,
    ])
    expect(stderr).toBe('')
    expect(await readFile(file, 'utf8')).toBe('line\n'.repeat(12))
  })

  it('says that the handler threw, and goes on with the same worker', async () => {
    const probe = start()
    await expect(probe.invoke({ do: 'throw' })).rejects.toMatchObject({ fault: 'threw' })
    expect(await probe.invoke({})).toMatchObject({ events: 2 })
  })

  it('fails the open events of a worker that ends, and starts a new one with the next event', async () => {
    const probe = start()
    const open = probe.invoke({ do: 'block' })
    await expect(probe.invoke({ do: 'exit' })).rejects.toMatchObject({ fault: 'ended' })
    await expect(open).rejects.toMatchObject({ fault: 'ended' })
    expect(await probe.invoke({})).toMatchObject({ events: 1 })
  })

  it('fails the open events when it is killed, and starts a new worker with the next event', async () => {
    const probe = start()
    await probe.invoke({})
    const open = Promise.allSettled([probe.invoke({ do: 'block' })])
    await new Promise(resolve => setTimeout(resolve, 20))
    await probe.kill()
    expect(await open).toMatchObject([{ status: 'rejected', reason: { fault: 'ended' } }])
    expect(await probe.invoke({})).toMatchObject({ events: 1 })
  })

  it('ends a worker that does not answer in time', async () => {
    const probe = start(0.2)
    await expect(probe.invoke({ do: 'block' })).rejects.toMatchObject({ fault: 'late' })
  })

  it('passes on what the function prints', async () => {
    const probe = start()
    await probe.invoke({ do: 'print' })
    const [line] = (await log[Symbol.asyncIterator]().next()).value.toString().split('\n')
    expect(JSON.parse(line)).toEqual({ printed: 1 })
  })

  it('answers with the bundle that is on the disk, and lets open events end in the one before', async () => {
    const probe = start()
    await probe.invoke({})
    const before = probe.invoke({ do: 'wait' })
    await new Promise(resolve => setTimeout(resolve, 20))
    const original = await readFile(bundle.file)
    await writeFile(bundle.file, 'exports.handler = async () => "replaced"')
    expect(await probe.invoke({})).toBe('replaced')
    expect(await before).toMatchObject({ event: { do: 'wait' } })
    await writeFile(bundle.file, original)
    expect(await probe.invoke({})).toMatchObject({ events: 1 })
  })

  it('fails events while the bundle does not load', async () => {
    const probe = start()
    const original = await readFile(bundle.file)
    await writeFile(bundle.file, 'exports.nothing = 1')
    await expect(probe.invoke({})).rejects.toMatchObject({ fault: 'ended' })
    await writeFile(bundle.file, original)
    expect(await probe.invoke({})).toMatchObject({ events: 1 })
  })
})
