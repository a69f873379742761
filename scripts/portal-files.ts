import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { descriptionFile } from '../src/contracts/gateway-routes'
import { type Mount, mountsFile } from '../src/contracts/routes'
import { type Encoding, encodedEndings, encodings, isServed } from '../src/http/portal-handler'

// What the function `portal` serves, in a folder beside its bundle: two pages with one script and one style sheet, and what
// a deployment says of itself. Each file is there as it is, and compressed.

/** The folder beside the bundle. */
export const portalFolder = 'files'

/** A file for a folder or a zip. */
export interface NamedFile {
  readonly name: string
  readonly content: Buffer
}

/** Removes what an earlier build left in the folder, and this one has not. */
export function keepPages(folder: string, names: readonly string[]): void {
  for (const name of pageNames(folder)) if (!names.includes(name)) rmSync(join(folder, name))
}

/** The pages that were built into the folder, with their files. */
export function builtPages(folder: string): readonly NamedFile[] {
  return pageNames(folder).map(name => ({ name, content: readFileSync(join(folder, name)) }))
}

function pageNames(folder: string): readonly string[] {
  const isOfDeployment = (name: string): boolean => name.startsWith(mountsFile) || name.startsWith(descriptionFile)
  return readdirSync(folder)
    .filter(name => isServed(name) && !isOfDeployment(name))
    .toSorted()
}

/** What a deployment says of itself, for the folder: its description, and its mounts where it has the portal. */
export function deploymentFiles(description: object, mounts: readonly Mount[] | null): readonly NamedFile[] {
  const files = [
    { name: descriptionFile, value: description },
    ...(mounts === null ? [] : [{ name: mountsFile, value: mounts }]),
  ]
  return files.flatMap(({ name, value }) =>
    compressed({ name, content: Buffer.from(JSON.stringify(value)) }, goodQuality),
  )
}

/** Brotli's best takes ten times as long for 6 % less, which is too long for what each deployment makes anew. */
const goodQuality = 9

/** The file, and what it was compressed to. `quality`: Brotli's. */
export function compressed({ name, content }: NamedFile, quality: number): readonly NamedFile[] {
  const of: Readonly<Record<Encoding, () => Buffer>> = {
    br: () => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
    gzip: () => gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
  }
  const encoded = encodings.map(encoding => ({ name: name + encodedEndings[encoding], content: of[encoding]() }))
  return [{ name, content }, ...encoded]
}
