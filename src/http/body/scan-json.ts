/** What `JSON.parse` does not tell about a text. */
export interface JsonScan {
  /**
   * The path of the first member that an object has twice, at any depth, or null. Parsers disagree on which of the two
   * counts, so what was checked need not be what is used: RFC 8259, section 4.
   */
  readonly twice: string | null
  /** How deep objects and lists are nested; 1 is an object without any in it. */
  readonly depth: number
}

/** A string, or one of the characters that give JSON its structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g

/** An object or list that is being read, and the member or item of it that the reader is at. */
interface Open {
  readonly names: Set<string>
  at: string | number
}

/** Reads JSON that is known to be valid, token by token. */
export function scanJson(json: string): JsonScan {
  const open: Open[] = []
  let depth = 0
  let text = ''
  for (const [token] of json.matchAll(tokens)) {
    const inner = open.at(-1)
    if (token === '{') depth = Math.max(depth, open.push({ names: new Set(), at: '' }))
    else if (token === '[') depth = Math.max(depth, open.push({ names: new Set(), at: 0 }))
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':' && inner !== undefined) {
      inner.at = String(JSON.parse(text))
      if (inner.names.has(inner.at)) return { twice: open.map(({ at }) => at).join('.'), depth }
      inner.names.add(inner.at)
    } else if (token !== ',') text = token
    else if (typeof inner?.at === 'number') inner.at += 1
  }
  return { twice: null, depth }
}
