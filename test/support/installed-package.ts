import { copyFile, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { buildPackageEntries } from '../../scripts/package'

const root = resolve(__dirname, '../..')

/** Puts the package's entries into `<folder>/node_modules/keyturn`, as installing it does. */
export async function installPackage(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules/keyturn')
  await mkdir(installed, { recursive: true })
  await copyFile(join(root, 'package.json'), join(installed, 'package.json'))
  await buildPackageEntries(join(installed, 'dist'))
}
