/** What `JSON.parse` does not tell about a text. */
export interface JsonScan {
  /**
   * The first name that an object has twice, at any depth, or null. Parsers disagree on which of the two counts, so
   * what was checked need not be what is used: RFC 8259, section 4.
   */
  readonly twice: string | null
  /** How deep objects and lists are nested; 1 is an object without any in it. */
  readonly depth: number
}

/** A string, or one of the characters that give JSON its structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/** Reads JSON that is known to be valid, token by token. */
export function scanJson(json: string): JsonScan {
  const open: (Set<string> | null)[] = []
  let depth = 0
  let text = ''
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{') depth = Math.max(depth, open.push(new Set()))
    else if (token === '[') depth = Math.max(depth, open.push(null))
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const name = String(JSON.parse(text))
      const names = open.at(-1)
      if (names?.has(name) === true) return { twice: name, depth }
      names?.add(name)
    } else text = token
  }
  return { twice: null, depth }
}
