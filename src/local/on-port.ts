import { systemCode } from './file-error'
import { StartError } from './start-error'

/** What was started on the port. @throws {StartError} when the port is taken or not allowed */
export async function onPort<Started>(port: number, starting: Promise<Started>): Promise<Started> {
  try {
    return await starting
  } catch (error) {
    const code = systemCode(error)
    if (code === 'EADDRINUSE')
      throw new StartError(`port ${port} is in use; choose another with --port`, { cause: error })
    if (code === 'EACCES' && isListening(error))
      throw new StartError(`port ${port} needs other rights; choose another with --port`, { cause: error })
    throw error
  }
}

/** Files can be refused as well. */
function isListening(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}
