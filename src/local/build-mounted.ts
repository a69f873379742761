import { dirname, join } from 'node:path'
import { allContracts } from '../contracts/all'
import { mountsFile, type Mount } from '../http/mount'
import { buildFunctions, type Bundle } from './build'
import { replaceChangedFile } from './replace-changed-file'

/** What runs locally: every contract that comes with Keyturn, at its documented paths. */
export const localMounts: readonly Mount[] = allContracts.map(contract => ({ contract, basePath: '' }))

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
