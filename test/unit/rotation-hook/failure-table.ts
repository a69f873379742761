import { readFileSync } from 'node:fs'

/** One row of the consumer guide's table "When the vendor fails". */
export interface FailureRow {
  readonly vendor: string
  readonly code: string
  readonly again: string
  readonly intent: string
}

const guide = readFileSync('docs/consumer-guide.md', 'utf8')

/** The rows that tell what the vendor did. */
export function vendorFailureRows(): readonly FailureRow[] {
  return cellsBelow('| the vendor | log code | again | intent |').map(
    ([vendor = '', code = '', again = '', intent = '']) => {
      return { vendor, code: codesIn(code)[0] ?? '', again, intent }
    },
  )
}

/** The codes of the table about vendors that make no secret. */
export function givingFailureCodes(): readonly string[] {
  return cellsBelow('| the vendor is given a secret and | log code | again |').flatMap(([, code = '']) => codesIn(code))
}

/** The codes of the table about the hook itself. */
export function hookFailureCodes(): readonly string[] {
  return cellsBelow('| the hook itself | what happened |').flatMap(([codes = '']) => codesIn(codes))
}

function cellsBelow(head: string): readonly (readonly string[])[] {
  const table = guide.split(`${head}\n`)[1]?.split('\n\n')[0]?.trim().split('\n') ?? []
  return table.slice(1).map(row => row.slice(2, -2).split(' | '))
}

function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = '']) => code)
}
