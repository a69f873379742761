import { expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { join } from 'node:path'

it('needs node:crypto and node:buffer and nothing else', async () => {
  const entry = join(__dirname, '..', '..', '..', 'src', 'verify', 'index.ts')
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
  })
  const imports = Object.values(metafile.inputs).flatMap(input => input.imports)
  const outside = imports.filter(({ path }) => !path.startsWith('src/verify/')).map(({ path }) => path)
  expect([...new Set(outside)].toSorted()).toEqual(['node:buffer', 'node:crypto'])
})
