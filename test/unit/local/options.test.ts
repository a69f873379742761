import { describe, expect, it } from '@jest/globals'
import { resolve } from 'node:path'
import { startOptions, wholeNumber } from '../../../local/options'

describe('the options of npm start', () => {
  it('have defaults', () => {
    const folders = { dataDir: resolve('.keyturn'), buildDir: resolve('.build') }
    expect(startOptions([])).toEqual({ port: 4700, config: null, fresh: false, quiet: false, ...folders })
  })

  it('are read', () => {
    const args = ['--port', '1', '--data-dir', '/x', '--build-dir=/y', '--config', '/z.ts', '--fresh', '--quiet']
    const read = { port: 1, dataDir: '/x', buildDir: '/y', config: '/z.ts', fresh: true, quiet: true }
    expect(startOptions(args)).toEqual(read)
  })

  it.each([
    [['--port', '0'], /--port takes a whole number from 1 to 65534, not "0"/],
    [['--port', '65535'], /--port/],
    [['--port', '4700x'], /--port/],
    [['--port'], /'--port <value>' argument missing/],
    [['--port', '-5'], /^Option '--port' has no value \(options: /],
    [['--unknown'], /Unknown option '--unknown' \(options: --port, /],
    [['4700'], /Unexpected argument '4700'/],
    [['--fresh=yes'], /'--fresh' does not take an argument/],
    [['--data-dir', ''], /must not be empty/],
    [['--config', ''], /must not be empty/],
  ])('%j is refused with one line', (args, message) => {
    expect(() => startOptions(args)).toThrow(message)
    expect(() => startOptions(args)).not.toThrow(/\n/)
  })
})

const upTo20 = { least: 1, greatest: 20 }

describe('a whole number', () => {
  it.each([
    ['1', 1],
    ['20', 20],
  ])('is read from %s', (text, number) => {
    expect(wholeNumber('--seeds', text, upTo20)).toBe(number)
  })

  it.each(['0', '21', '-1', '1.5', '01', '1e1', ' 1', '', 'abc', 'NaN'])('is not %j', text => {
    expect(() => wholeNumber('--seeds', text, upTo20)).toThrow(
      `--seeds takes a whole number from 1 to 20, not ${JSON.stringify(text)}`,
    )
  })
})
