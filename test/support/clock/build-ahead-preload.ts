import { join } from 'node:path'
import { buildPreload } from '../preload/build-preload'

/** Builds a file to `--require` in a process that is to run so many seconds ahead of the machine's clock. */
export function buildAheadPreload(outDir: string, aheadSeconds: number): Promise<string> {
  const constants = { AHEAD_MS: String(aheadSeconds * 1000) }
  return buildPreload(outDir, { source: join(__dirname, 'ahead-preload.ts'), constants })
}
