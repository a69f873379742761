/** A string, or one of the characters that give JSON its structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/**
 * The first name that an object of the JSON text has twice, at any depth, or null. Parsers disagree on which of the
 * two counts, so what was checked need not be what is used: RFC 8259, section 4. `json` must be valid.
 */
export function duplicateMember(json: string): string | null {
  const open: (Set<string> | null)[] = []
  let text = ''
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const name: unknown = JSON.parse(text)
      const names = open.at(-1)
      if (typeof name === 'string' && names?.has(name) === true) return name
      names?.add(String(name))
    } else text = token
  }
  return null
}
