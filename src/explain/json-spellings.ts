// The other ways in which serialisers write the same JSON text. Numbers stay as they are spelled.

type Node =
  | { readonly kind: 'scalar'; readonly token: string }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [key: string, value: Node])[] }

/** Another text for the same document, and in what it differs from the usual ones. */
export interface JsonSpelling {
  readonly text: string
  readonly differs: 'order' | 'escapes' | 'layout'
  /** Such as `indented by 2 spaces`. */
  readonly layout: string
}

/** Deeper documents are left alone. */
const deepest = 200
const tokenPattern = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:]/g

interface Layout {
  readonly name: string
  readonly comma: string
  readonly colon: string
  /** Absent: on one line. */
  readonly indent?: string
  /** Within braces on one line. Absent: nothing. */
  readonly pad?: string
}

const layouts: readonly Layout[] = [
  { name: 'without spaces', comma: ',', colon: ':' },
  { name: 'with a space after each comma and colon', comma: ', ', colon: ': ' },
  { name: 'indented by 2 spaces', comma: ',', colon: ': ', indent: '  ' },
  { name: 'indented by 4 spaces', comma: ',', colon: ': ', indent: '    ' },
  { name: 'indented by tabs', comma: ',', colon: ': ', indent: '\t' },
  { name: 'with a space after each colon', comma: ',', colon: ': ' },
  { name: 'with spaces within its braces', comma: ', ', colon: ': ', pad: ' ' },
]

type Spell = (literal: string) => string

const plain: Spell = literal => JSON.stringify(decoded(literal))
const ascii: Spell = literal => escaped(plain(literal), /[^\0-\x7f]/g)
const slashes: Spell = literal => plain(literal).replaceAll('/', '\\/')

/** How strings are spelled: as they came, plainly, and as the serialisers of several languages do by default. */
const spells: readonly Spell[] = [
  literal => literal,
  plain,
  ascii,
  literal => escaped(plain(literal), /[^\0-\x7f]/g, 'upper'),
  slashes,
  literal => ascii(literal).replaceAll('/', '\\/'),
  literal => escaped(plain(literal), /[<>&\u2028\u2029]/g),
  literal => escaped(`"${plain(literal).slice(1, -1).replaceAll('\\"', '\\u0022')}"`, /[<>&'+`]|[^\0-\x7f]/g, 'upper'),
]

function decoded(literal: string): string {
  return String(JSON.parse(literal))
}

export function escaped(text: string, characters: RegExp, letters: 'lower' | 'upper' = 'lower'): string {
  return text.replaceAll(characters, character =>
    Array.from({ length: character.length }, (_, at) => {
      const digits = character.charCodeAt(at).toString(16).padStart(4, '0')
      return `\\u${letters === 'upper' ? digits.toUpperCase() : digits}`
    }).join(''),
  )
}

/** None where the text is no JSON object or array. The likeliest come first. */
export function* jsonSpellings(text: string): Generator<JsonSpelling> {
  const root = parsed(text)
  if (root === null || root.kind === 'scalar') return
  for (const layout of layouts) yield spelling(root, { layout, spell: spells[0] ?? plain, differs: 'layout' })
  for (const spell of spells.slice(1))
    for (const layout of layouts) yield spelling(root, { layout, spell, differs: 'escapes' })
  const sorted = sortedNode(root)
  for (const layout of layouts) yield spelling(sorted, { layout, spell: spells[0] ?? plain, differs: 'order' })
  for (const ordered of orders(root))
    for (const layout of layouts.slice(0, 2))
      yield spelling(ordered, { layout, spell: spells[0] ?? plain, differs: 'order' })
  for (const spell of spells.slice(1))
    for (const layout of layouts) yield spelling(sorted, { layout, spell, differs: 'order' })
}

/** Whether the keys of every object, of which one has three, stand in the alphabet's order. */
export function isSorted(text: string): boolean {
  const root = parsed(text)
  return root !== null && longestObject(root) >= 3 && written(sortedNode(root)) === written(root)
}

/** Whether a serialiser that puts no spaces wrote the text. */
export function isCompact(text: string): boolean {
  const root = parsed(text)
  return root !== null && root.kind !== 'scalar' && written(root) === text
}

function written(root: Node): string {
  return spelling(root, { layout: layouts[0] ?? noLayout, spell: literal => literal, differs: 'layout' }).text
}

const noLayout: Layout = { name: '', comma: ',', colon: ':' }

function longestObject(node: Node): number {
  if (node.kind === 'scalar') return 0
  const inner = node.kind === 'array' ? node.items : node.members.map(([, value]) => value)
  return Math.max(node.kind === 'object' ? node.members.length : 0, ...inner.map(longestObject))
}

interface Style {
  readonly layout: Layout
  readonly spell: Spell
  readonly differs: JsonSpelling['differs']
}

function spelling(root: Node, style: Style): JsonSpelling {
  return { text: textOf(root, style, '\n'), differs: style.differs, layout: style.layout.name }
}

function textOf(node: Node, style: Style, line: string): string {
  const { layout, spell } = style
  if (node.kind === 'scalar') return node.token.startsWith('"') ? spell(node.token) : node.token
  const inner = layout.indent === undefined ? '' : line + layout.indent
  const begin = layout.indent === undefined && node.kind === 'object' ? (layout.pad ?? '') : inner
  const end = layout.indent === undefined ? begin : line
  const parts =
    node.kind === 'array'
      ? node.items.map(item => textOf(item, style, inner))
      : node.members.map(([key, value]) => spell(key) + layout.colon + textOf(value, style, inner))
  const [open, close] = node.kind === 'array' ? '[]' : '{}'
  if (parts.length === 0) return `${open}${close}`
  return `${open}${begin}${parts.join(layout.comma + inner)}${end}${close}`
}

/** So many orders are tried. */
const mostOrders = 400

/** The keys of all objects in every order. */
function* orders(root: Node): Generator<Node> {
  let count = 0
  for (const ordered of ordersOf(root)) {
    if (count === mostOrders) return
    count += 1
    yield ordered
  }
}

function* ordersOf(node: Node): Generator<Node> {
  if (node.kind === 'scalar') yield node
  else if (node.kind === 'array') for (const items of ordersOfAll(node.items)) yield { kind: 'array', items }
  else {
    for (const members of permutations(node.members)) {
      const keys = members.map(([key]) => key)
      for (const values of ordersOfAll(members.map(([, value]) => value))) {
        yield { kind: 'object', members: values.map((value, at) => [keys[at] ?? '', value] as const) }
      }
    }
  }
}

function* ordersOfAll([first, ...rest]: readonly Node[]): Generator<readonly Node[]> {
  if (first === undefined) {
    yield []
    return
  }
  for (const others of ordersOfAll(rest)) for (const ordered of ordersOf(first)) yield [ordered, ...others]
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) {
    yield items
    return
  }
  for (const [at, item] of items.entries())
    for (const rest of permutations(items.toSpliced(at, 1))) yield [item, ...rest]
}

function sortedNode(node: Node): Node {
  if (node.kind === 'scalar') return node
  if (node.kind === 'array') return { kind: 'array', items: node.items.map(sortedNode) }
  const members = node.members.map(([key, value]) => [key, sortedNode(value)] as const)
  return { kind: 'object', members: members.toSorted(([one], [other]) => (decoded(one) < decoded(other) ? -1 : 1)) }
}

function parsed(text: string): Node | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const tokens = text.match(tokenPattern) ?? []
  let at = 0
  const read = (depth: number): Node | null => {
    const token = tokens[at] ?? ''
    at += 1
    if (depth > deepest) return null
    if (token === '[') return readArray(depth)
    return token === '{' ? readObject(depth) : { kind: 'scalar', token }
  }
  const readArray = (depth: number): Node | null => {
    const items: Node[] = []
    while (tokens[at] !== ']') {
      if (tokens[at] === ',') at += 1
      const item = read(depth + 1)
      if (item === null) return null
      items.push(item)
    }
    at += 1
    return { kind: 'array', items }
  }
  const readObject = (depth: number): Node | null => {
    const members: (readonly [string, Node])[] = []
    while (tokens[at] !== '}') {
      if (tokens[at] === ',') at += 1
      const key = tokens[at] ?? '""'
      at += 2
      const value = read(depth + 1)
      if (value === null) return null
      members.push([key, value])
    }
    at += 1
    return { kind: 'object', members }
  }
  return read(0)
}
