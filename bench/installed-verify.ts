import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import type * as Verify from '../src/verify'

/** The verification library as one file, like a receiver's bundle: a loader of sources puts a getter before every call. */
export function installedVerify(): typeof Verify {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-verify-'))
  try {
    const outfile = join(folder, 'verify.cjs')
    const entry = join(__dirname, '..', 'src', 'verify', 'index.ts')
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' })
    return require(outfile)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
