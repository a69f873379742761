import { expect, it } from '@jest/globals'
import { build } from 'esbuild'
import { join } from 'node:path'

/** Every file of ours that the entry leads to, and whatever else it imports. */
async function reached(entry: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(__dirname, '../../..', entry)],
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
  })
  const imports = Object.values(metafile.inputs).flatMap(input => input.imports.map(({ path }) => path))
  return [...new Set([...Object.keys(metafile.inputs), ...imports])].toSorted()
}

it('needs Node and the verifier, and nothing else', async () => {
  const paths = await reached('src/explain/index.ts')
  const others = paths.filter(path => !/^src\/(?:explain|verify)\//.test(path))
  expect(others).toEqual(['node:buffer', 'node:crypto', 'node:zlib'])
})

it.each(['src/verify/index.ts', 'src/secrets-manager/index.ts', 'lambdas/deliver.ts', 'examples/receiver/receiver.ts'])(
  'is not loaded by %s, which deliveries wait for',
  async entry => {
    const paths = await reached(entry)
    expect(paths.filter(path => path.startsWith('src/explain/'))).toEqual([])
    expect(paths.length).toBeGreaterThan(5)
  },
)
