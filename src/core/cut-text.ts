/**
 * The first `most` characters of a text that came from outside. They are Unicode's code points: none is cut in two, and
 * half a character that the text itself has becomes U+FFFD, so that every JSON parser reads what is made of it.
 */
export function cutText(text: string, most: number): string {
  // A character is at most two of JavaScript's code units.
  const start = text.slice(0, 2 * most)
  return Array.from(start).slice(0, most).join('').toWellFormed()
}

/** How many characters a text has, counted as `cutText` does, and as `maxLength` of JSON Schema is. */
export function countCharacters(text: string): number {
  return Array.from(text).length
}
