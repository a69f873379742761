import { ConfigError } from './parse-config'

/** What the work returns. The faults that it finds then begin with the file that they are in. @throws {ConfigError} */
export async function inFile<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(error.message.split('\n').map(fault => `${file}: ${fault}`))
  }
}
