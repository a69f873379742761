// What other people have written, as the portal's page and the command show it: nothing in it changes what stands beside it.

/**
 * Characters that change the order or the look of what surrounds them, or cannot be seen: controls, bidirectional marks
 * (Unicode 16, UAX #9), separators of lines, blanks that are no space, and what has no width.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** How a picture is drawn, in text or in colour, which is seen. */
const drawn = /\p{Extended_Pictographic}[\ufe0e\ufe0f]$/u

/** The text with each such character written as its code, such as `\u{202e}`. */
export function shown(text: string): string {
  return text.replace(hidden, (character, at: number) => {
    const isDrawn = drawn.test(text.slice(Math.max(0, at - 2), at + 1))
    return isDrawn ? character : codeOf(character)
  })
}

/** A character as its code, such as `\u{202e}`. */
export function codeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** As `shown`, of at most so many characters; a longer one ends in `…`. */
export function shownCut(text: string, most: number): string {
  const characters = Array.from(text)
  return shown(characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`)
}
