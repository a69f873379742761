import { build, stop } from 'esbuild'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { installPackage } from '../../../support/installed-package'

/**
 * Bundles the Worker with the package as it is installed: `<folder>/worker.mjs` is an ES module with the entry for
 * Workers, `<folder>/worker.cjs` a CommonJS module with the entry for everything else.
 */
export async function bundleWorker(folder: string): Promise<void> {
  await installPackage(folder)
  // Inside the project the package's name would mean its sources.
  await cp(join(__dirname, 'worker'), join(folder, 'worker'), { recursive: true })
  const entry = { entryPoints: [join(folder, 'worker/worker.ts')], bundle: true, external: ['node:*'] }
  await build({
    ...entry,
    outfile: join(folder, 'worker.mjs'),
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
  })
  await build({ ...entry, outfile: join(folder, 'worker.cjs'), format: 'cjs', conditions: [] })
  await stop()
}
