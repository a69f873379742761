import { resolve } from 'node:path'
import { parseArguments } from './parse-arguments'
import { StartError } from './start-error'
import { wholeNumber } from './whole-number'

const greatestPort = 65534

export interface StartOptions {
  /** The API's; the AWS endpoint takes the next one. */
  readonly port: number
  readonly dataDir: string
  /** Where the bundles are built. */
  readonly buildDir: string
  /** Whether to throw away all data before starting. */
  readonly fresh: boolean
}

/** What `npm start -- …` was asked for. @throws {StartError} */
export function startOptions(args: readonly string[]): StartOptions {
  const { values } = parseArguments({
    args: [...args],
    options: {
      port: { type: 'string', default: '4700' },
      'data-dir': { type: 'string', default: '.keyturn' },
      'build-dir': { type: 'string', default: '.build' },
      fresh: { type: 'boolean', default: false },
    },
  })
  if (values['data-dir'] === '' || values['build-dir'] === '') throw new StartError('a folder must not be empty')
  return {
    port: wholeNumber('--port', values.port, { least: 1, greatest: greatestPort }),
    dataDir: resolve(values['data-dir']),
    buildDir: resolve(values['build-dir']),
    fresh: values.fresh,
  }
}
