import { dirname, join } from 'node:path'
import { mountsFile } from '../http/mount'
import { buildFunctions, type Bundle } from './build'
import { localMounts } from './local-mounts'
import { replaceChangedFile } from './replace-changed-file'

/** Builds functions and puts the local mounts beside each bundle, where a deployment puts its own. */
export async function buildMounted(
  outDir: string,
  sources?: Readonly<Record<string, string>>,
): Promise<readonly Bundle[]> {
  const bundles = await buildFunctions(outDir, sources)
  for (const { file } of bundles)
    replaceChangedFile(join(dirname(file), mountsFile), Buffer.from(JSON.stringify(localMounts)))
  return bundles
}
