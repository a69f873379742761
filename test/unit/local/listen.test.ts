import { describe, expect, it } from '@jest/globals'
import { portFault } from '../../../local/listen'

const systemError = (members: object): Error => Object.assign(new Error('no'), members)

describe('a port that cannot be listened on', () => {
  it.each([
    ['is in use', { code: 'EADDRINUSE', syscall: 'listen' }],
    ['needs other rights', { code: 'EACCES', syscall: 'listen' }],
  ])('%s, says the one line that names it', (reason, members) => {
    const fault = portFault(4700, systemError(members))
    expect(fault).toMatchObject({ message: `port 4700 ${reason}; choose another with --port` })
  })

  it('is not what is named when a file is refused meanwhile', () => {
    const refused = systemError({ code: 'EACCES', syscall: 'open', path: '/x' })
    expect(portFault(4700, refused)).toBe(refused)
  })
})
