import { expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../../../local/aws-server/database'

it('a damaged database is named as such', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'keyturn-database-'))
  const folder = join(dir, 'db')
  await (await openDatabase(folder)).close()
  await writeFile(join(folder, 'CURRENT'), 'x')
  await expect(openDatabase(folder)).rejects.toThrow(
    new RegExp(`^the database ${folder} cannot be opened: it is damaged`),
  )
  await rm(dir, { recursive: true })
})
