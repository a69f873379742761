import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { descriptionFile } from '../src/contracts/gateway-routes'
import { fileHandler } from '../src/http/file-handler'

/** The description of the deployment's API, which was put beside the bundle. It reads nothing else and has no right to. */
export const handler = fileHandler('application/json', readFileSync(join(__dirname, descriptionFile), 'utf8'))
