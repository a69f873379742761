import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mountsFile, type Mount } from '../src/http/mount'

/** The mounted contracts, which the deployment put beside the bundle once `checkMounts` had passed them. */
export function readMounts(folder: string): readonly Mount[] {
  return JSON.parse(readFileSync(join(folder, mountsFile), 'utf8')) as Mount[]
}
