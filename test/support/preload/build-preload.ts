import { build } from 'esbuild'
import { basename, join } from 'node:path'

/** A preload's source, and the constants that it declares, as JavaScript. */
export interface PreloadSource {
  readonly source: string
  readonly constants: Readonly<Record<string, string>>
}

/** Builds a file to `--require` in a process that is to run with it. */
export async function buildPreload(outDir: string, { source, constants }: PreloadSource): Promise<string> {
  const outfile = join(outDir, basename(source).replace(/\.ts$/, '.cjs'))
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    define: { ...constants },
    logLevel: 'silent',
  })
  return outfile
}
