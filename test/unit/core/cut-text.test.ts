import { describe, expect, it } from '@jest/globals'
import { cutText } from '../../../src/core/cut-text'

describe('cutText', () => {
  it.each([
    ['abc', 5, 'abc'],
    ['abcdef', 5, 'abcde'],
    ['a😀😀😀', 3, 'a😀😀'],
    ['😀'.repeat(9), 4, '😀'.repeat(4)],
    ['a\ud83d', 5, 'a\ufffd'],
    ['\ude00bcdef', 3, '\ufffdbc'],
    ['', 3, ''],
  ])('%p, at most %p characters, is %p', (text, most, cut) => {
    expect(cutText(text, most)).toBe(cut)
  })

  it('never leaves half a character at its end', () => {
    const text = 'ab😀c😀'.repeat(50)
    for (let most = 0; most < 200; most += 1) expect(cutText(text, most).isWellFormed()).toBe(true)
  })
})
