import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { systemCode } from './file-error'
import { StartError } from './start-error'

/** `parseArgs` of `node:util`, which refuses what it does not know. @throws {StartError} naming the option and what is allowed */
export function parseArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (systemCode(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error
    const [what] = (error as Error).message.split('. ', 1)
    const known = Object.keys(config.options ?? {}).map(name => `--${name}`)
    throw new StartError(`${what} (options: ${known.join(', ')})`, { cause: error })
  }
}
