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
    // "ambiguous" is what Node calls a value that starts with a dash.
    const [what = ''] = (error as Error).message.replace('argument is ambiguous', 'has no value').split(/\.\s/, 1)
    const known = Object.keys(config.options ?? {}).map(name => `--${name}`)
    throw new StartError(`${what} (options: ${known.join(', ') || 'none'})`, { cause: error })
  }
}
