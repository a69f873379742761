import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { apiPageFile, callables, repliesTo } from '../../local/api-docs'
import { apiPage, blocksOf, type PageReply, shownReplies } from '../../scripts/api-page/page'
import { startLocalRun, type TestLocalRun } from '../support/local-run'

// The page as a reader has it: its lines are pasted into a shell, one after the other, while a local run answers.

const page = readFileSync(apiPageFile, 'utf8')
let run: TestLocalRun
let replies: readonly PageReply[]

beforeAll(async () => {
  run = await startLocalRun()
  replies = await repliesTo(page, {
    folder: resolve(__dirname, '../..'),
    localFile: join(run.dataDir, 'local.json'),
  })
})

afterAll(async () => {
  await run.stop()
})

describe('docs/api.md', () => {
  const asked = blocksOf(page).filter(({ isAsked }) => isAsked)

  const shown = shownReplies(page)

  it.each(asked.map(({ lines: [line = ''] }, at) => [shown[at]?.status, line, at] as const))(
    '%s as it shows it: %s',
    (_status, _line, at) => {
      expect(replies[at]).toEqual(shown[at])
    },
  )

  it('is as it is made of the contracts and of these replies: run `npm run openapi` if not', () => {
    expect(page).toBe(apiPage(callables, replies))
  })
})
