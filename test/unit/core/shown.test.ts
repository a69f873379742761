import { describe, expect, it } from '@jest/globals'
import { assert, property, string } from 'fast-check'
import { shown, shownCut } from '../../../src/core/shown'

describe('what others have written', () => {
  it('is shown as it stands where nothing in it is hidden', () => {
    expect(shown('Zürich <b>Büro</b> — 東京 שלום 🎉')).toBe('Zürich <b>Büro</b> — 東京 שלום 🎉')
  })

  it('shows bidirectional marks, controls and what has no width as their codes', () => {
    expect(shown('a\u202eb')).toBe('a\\u{202e}b')
    expect(shown('a\u0000\n\u200bb\u2066\ufeff')).toBe('a\\u{0}\\u{a}\\u{200b}b\\u{2066}\\u{feff}')
    expect(shown('\u2028\u3164\udb40\udc41')).toBe('\\u{2028}\\u{3164}\\u{e0041}')
    expect(shown('a\ufe0f\u034f\u2800\u{e0100}')).toBe('a\\u{fe0f}\\u{34f}\\u{2800}\\u{e0100}')
  })

  it('shows a picture as it is drawn', () => {
    expect(shown('❤\ufe0f ⚙\ufe0e 🕵\ufe0f')).toBe('❤\ufe0f ⚙\ufe0e 🕵\ufe0f')
  })

  it('never leaves a character that reorders', () => {
    assert(
      property(string({ unit: 'binary' }), text => {
        expect(shown(text)).not.toMatch(/[\p{Bidi_Control}\p{Cc}]/u)
      }),
    )
  })

  it('is cut at whole characters', () => {
    expect(shownCut('🎉🎉🎉🎉', 3)).toBe('🎉🎉…')
    expect(shownCut('abc', 3)).toBe('abc')
  })
})
