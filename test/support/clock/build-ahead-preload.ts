import { join } from 'node:path'
import { build } from 'esbuild'

/** Builds a file to `--require` in a process that is to run so many seconds ahead of the machine's clock. */
export async function buildAheadPreload(outDir: string, aheadSeconds: number): Promise<string> {
  const outfile = join(outDir, 'ahead-preload.cjs')
  await build({
    entryPoints: [join(__dirname, 'ahead-preload.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { AHEAD_MS: String(aheadSeconds * 1000) },
    logLevel: 'silent',
  })
  return outfile
}
