/**
 * JSON with nothing in it that SQS does not take. Of what JSON may hold as it is, that is U+FFFE and U+FFFF alone: they
 * are escaped, and come back as they were.
 */
export function queuedJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\uFFFE\uFFFF]/g, character => `\\u${character.charCodeAt(0).toString(16)}`)
}
