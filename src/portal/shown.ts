// What other people have written, as the page shows it: nothing in it changes what stands beside it.

/**
 * Characters that change the order or the look of what surrounds them, or cannot be seen: controls, bidirectional marks
 * (Unicode 16, UAX #9), separators of lines, and what has no width.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0]/gu

/** The text with each such character written as its code, such as `\u{202e}`. */
export function shown(text: string): string {
  return text.replace(hidden, character => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** As `shown`, of at most so many characters; a longer one ends in `…`. */
export function shownCut(text: string, most: number): string {
  const characters = Array.from(text)
  return shown(characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`)
}
