import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyturn } from '../src/contracts/keyturn'
import { clientSource } from './client/client-source'
import { openApiFile } from './openapi-files'

/** Made by `npm run client`. */
export const clientFile = join(__dirname, '../src/client/operations.ts')

/** What the file is to hold, of the description as it is now. */
export function clientFileText(): string {
  return clientSource(openApiFile(keyturn))
}

if (require.main === module) writeFileSync(clientFile, clientFileText())
