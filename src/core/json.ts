// What `JSON.parse` does not tell about a text that it takes.

export interface JsonScan {
  /**
   * The path of the first member that an object has twice, at any depth, or null. Parsers disagree on which of the two
   * counts, so what was checked need not be what is used: RFC 8259, section 4.
   */
  readonly twice: string | null
  /**
   * The path of the first number that would be another one when it is written again, or null: one beyond the range of
   * a double, and a whole number with more digits than a double has (RFC 8259, section 6).
   */
  readonly changed: string | null
  /** How deep objects and lists are nested; 1 is an object without any in it. */
  readonly depth: number
}

/** A string, a number, or one of the characters that give JSON its structure. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\]:,]/g

/** An object or list that is being read, and the member or item of it that the reader is at. */
interface Open {
  readonly names: Set<string>
  at: string | number
}

/** Reads JSON that is known to be valid, token by token, up to the first member that is there twice. */
export function scanJson(json: string): JsonScan {
  const open: Open[] = []
  let changed: string | null = null
  let depth = 0
  let text = ''
  for (const [token] of json.matchAll(tokens)) {
    const inner = open.at(-1)
    if (token === '{') depth = Math.max(depth, open.push({ names: new Set(), at: '' }))
    else if (token === '[') depth = Math.max(depth, open.push({ names: new Set(), at: 0 }))
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':' && inner !== undefined) {
      inner.at = String(JSON.parse(text))
      if (inner.names.has(inner.at)) return { twice: pathOf(open), changed, depth }
      inner.names.add(inner.at)
    } else if (token.startsWith('"')) text = token
    else if (token !== ',') changed ??= staysTheSame(token) ? null : pathOf(open)
    else if (typeof inner?.at === 'number') inner.at += 1
  }
  return { twice: null, changed, depth }
}

function pathOf(open: readonly Open[]): string {
  return open.map(({ at }) => at).join('.')
}

/** With so few characters, and no exponent, a double holds every digit. */
const alwaysHeld = /^[\d.-]{1,15}$/

/**
 * Whether a number is the same once a double has held it. A fraction is rounded to the nearest double, which is what
 * every reader of JSON expects; a whole number keeps all its digits, and neither becomes infinite or 0.
 */
function staysTheSame(written: string): boolean {
  if (alwaysHeld.test(written)) return true
  const value = Number(written)
  if (!Number.isFinite(value)) return false
  const before = decimalOf(written)
  if (value === 0 || before.exponent < 0) return (value === 0) === (before.digits === '')
  const after = decimalOf(String(value))
  return before.digits === after.digits && before.exponent === after.exponent
}

/** `digits` × 10^`exponent`, without the sign; the digits neither begin nor end with a 0. */
interface Decimal {
  readonly digits: string
  readonly exponent: number
}

function decimalOf(written: string): Decimal {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(written) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  let end = all.length
  while (all[end - 1] === '0') end -= 1
  return { digits: all.slice(0, end), exponent: Number(power) - fraction.length + all.length - end }
}
