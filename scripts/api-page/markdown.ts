import type { Json } from '../../src/contracts/shape'

/** As GitHub makes it of a heading in code. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}

export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`).join('\n')
}

const longestLine = 100

/** JSON as people write it: what fits on a line stands on it, but for the whole. */
export function printedJson(value: Json, indent = ''): string {
  const inner = `${indent}  `
  const onOneLine = inOneLine(value)
  if (typeof value !== 'object' || value === null) return onOneLine
  if (indent !== '' && indent.length + onOneLine.length <= longestLine) return onOneLine
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', (value as readonly Json[]).map(item => printedJson(item, inner))]
    : ['{', '}', Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${printedJson(item, inner)}`)]
  return items.length === 0
    ? open + close
    : `${open}\n${items.map(item => inner + item).join(',\n')}\n${indent}${close}`
}

function inOneLine(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(inOneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${inOneLine(item)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
