import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mountsFile, type Mount } from '../src/http/mount'

/** The mounted contracts, which whatever put them beside the bundle has checked. */
export function readMounts(folder: string): readonly Mount[] {
  return JSON.parse(readFileSync(join(folder, mountsFile), 'utf8')) as Mount[]
}
