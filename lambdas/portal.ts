import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isServed, portalHandler } from '../src/http/portal-handler'
import { portalVariables, readEnvironment } from './environment'

const { PORTAL_EMBED_ORIGINS } = readEnvironment(portalVariables, process.env)
const folder = join(__dirname, 'files')

/** The portal's pages and the API's description, which were put beside the bundle. It reads nothing else and has no right to. */
export const handler = portalHandler({
  files: new Map(
    readdirSync(folder)
      .filter(isServed)
      .map(name => [name, readFileSync(join(folder, name))]),
  ),
  embedOrigins: PORTAL_EMBED_ORIGINS?.split(',') ?? [],
})
