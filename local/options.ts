import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { systemCode } from '../scripts/files'
import { OperatorError } from './operator-error'

export interface StartOptions {
  /** The API's; the embedded AWS server takes the next one. */
  readonly port: number
  readonly dataDir: string
  /** Where the bundles are built. */
  readonly buildDir: string
  /** The configuration that `--config` names; null: the folder's own, where it has one. */
  readonly config: string | null
  /** Whether to throw away all data before starting. */
  readonly fresh: boolean
  /** Whether no line is printed for a request. */
  readonly quiet: boolean
}

/** What `keyturn start --help` and `npm start -- --help` say. */
export const startUsage =
  '[--port <number>] [--data-dir <folder>] [--build-dir <folder>] [--config <file>] [--fresh] [--quiet]'
export const startAbout = 'run the whole of Keyturn on this machine, with an embedded AWS; Ctrl-C stops it'
export const startOptionLines = [
  "  --port <number>       the API's port; the embedded AWS takes the next one (default: 4700)",
  '  --data-dir <folder>   where the data is kept (default: .keyturn)',
  '  --build-dir <folder>  where the bundles are built (default: .build)',
  '  --config <file>       the configuration that it follows (default: keyturn.config.ts, where there is one)',
  '  --fresh               throw away all data first',
  '  --quiet               print no line for a request',
] as const

const greatestPort = 65534

/** What `npm start -- …` asks for. @throws {OperatorError} naming an option that is wrong */
export function startOptions(args: readonly string[]): StartOptions {
  const { values } = parseArguments({
    args: [...args],
    options: {
      port: { type: 'string', default: '4700' },
      'data-dir': { type: 'string', default: '.keyturn' },
      'build-dir': { type: 'string', default: '.build' },
      config: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  })
  if (values['data-dir'] === '' || values['build-dir'] === '') throw new OperatorError('a folder must not be empty')
  if (values.config === '') throw new OperatorError('--config must not be empty')
  return {
    port: wholeNumber('--port', values.port, { least: 1, greatest: greatestPort }),
    dataDir: resolve(values['data-dir']),
    buildDir: resolve(values['build-dir']),
    config: values.config === undefined ? null : resolve(values.config),
    fresh: values.fresh,
    quiet: values.quiet,
  }
}

export interface Range {
  readonly least: number
  readonly greatest: number
}

/** What an option says, in decimal digits. @throws {OperatorError} naming the option and what it takes */
export function wholeNumber(option: string, text: string, { least, greatest }: Range): number {
  const number = Number(text)
  if (/^(0|[1-9][0-9]*)$/.test(text) && number >= least && number <= greatest) return number
  throw new OperatorError(`${option} takes a whole number from ${least} to ${greatest}, not ${JSON.stringify(text)}`)
}

/**
 * What the arguments say, by `parseArgs` of `node:util`.
 * @throws {OperatorError} for what it does not know, naming the option and those that there are
 */
export function parseArguments<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (systemCode(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error
    // "ambiguous" is what Node calls a value that starts with a dash.
    const [what = ''] = (error as Error).message.replace('argument is ambiguous', 'has no value').split(/\.\s/, 1)
    const known = Object.keys(config.options ?? {}).map(name => `--${name}`)
    throw new OperatorError(`${what} (options: ${known.join(', ') || 'none'})`, { cause: error })
  }
}
