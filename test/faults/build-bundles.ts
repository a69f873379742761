import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Closers } from '../../local/closers'
import { buildMounted, buildWorkerRuntime, endBuilder } from '../../scripts/bundle'

/** A function as it is deployed, and what runs it in a worker. */
export interface BuiltFunction {
  readonly bundle: string
  readonly runtime: string
}

/**
 * Builds bundles from their entry points into a folder of their own, which the closers remove. Returns each file by the
 * bundle's name, and the worker's runtime.
 */
export async function buildBundles<Name extends string>(
  closers: Closers,
  sources: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name | 'runtime', string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-bundles-'))
  closers.add(() => rm(folder, { recursive: true }))
  const [bundles, runtime] = await Promise.all([buildMounted(folder, sources), buildWorkerRuntime(folder)])
  await endBuilder()
  const files = Object.fromEntries(bundles.map(({ name, file }) => [name, file]))
  // One bundle is built of each source, under its name.
  return { ...(files as Record<Name, string>), runtime }
}
