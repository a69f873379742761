import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { allContracts, hookContracts } from '../src/contracts/all'
import { choosesSecret, type Contract, type Overlap, type Span } from '../src/contracts/contract'
import { idempotencyKeyOf, secondRotationOf } from '../src/contracts/defaults'
import { jsonOfWord, mayBeEndless } from '../src/contracts/overlap'
import { placeName } from '../src/contracts/place'

// What a rotation means at each vendor, as a table of docs/contract-semantics.md. It is made from the contracts alone.

export const semanticsPage = join(__dirname, '../docs/contract-semantics.md')

const columns = [
  ['contract', ({ name }: Contract) => name],
  ['the key before', ({ overlap }: Contract) => keyBefore(overlap)],
  ['a second rotation meanwhile', secondRotation],
  ['a repeat with the same idempotency key', repeat],
  ['who makes the secret', whoMakes],
  ['which keys sign a delivery', whichSign],
  ['between two rotations', cooldown],
] as const

/** The table's rows as Markdown. */
export function semanticsTable(contracts: readonly Contract[]): string {
  const rows = [columns.map(([title]) => title), columns.map(() => '---'), ...contracts.map(rowOf)]
  return rows.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function rowOf(contract: Contract): readonly string[] {
  return columns.map(([, cell]) => cell(contract))
}

const begin = '<!-- made by `npm run semantics` -->'
const end = '<!-- end -->'

/** The page with the table of these contracts in its place. */
export function withTable(page: string, contracts: readonly Contract[]): string {
  const [before = '', rest = ''] = page.split(begin)
  const [, after = ''] = rest.split(end)
  return `${before}${begin}\n${semanticsTable(contracts)}\n${end}${after}`
}

function keyBefore(overlap: Overlap): string {
  switch (overlap.kind) {
    case 'none':
      return 'ends at once'
    case 'fixed':
      return works(overlap.seconds)
    case 'chosen': {
      const { field, unit, words, defaultSeconds, minimumSeconds = 0, maximumSeconds, required } = overlap
      const said =
        words === undefined ? `${length(minimumSeconds)} to ${length(maximumSeconds)}, in ${unit}` : inWords(words)
      const absent = required === true ? 'it must be said' : `${works(defaultSeconds)} unless said otherwise`
      return `${absent} (\`${placeName(field)}\`: ${said})`
    }
  }
}

function inWords(words: Readonly<Record<string, Span>>): string {
  return Object.entries(words)
    .map(([word, span]) => `\`${JSON.stringify(jsonOfWord(word))}\` ${length(span)}`)
    .join(', ')
}

function works(span: Span): string {
  if (span === 0) return 'ends at once'
  return span === 'endless' ? 'works until it is revoked' : `works for ${length(span)}`
}

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

function length(span: Span): string {
  if (span === 'endless') return 'without an end'
  if (span === 0) return '0'
  const [name, seconds] = units.find(([, unit]) => span % unit === 0) ?? ['second', 1]
  const count = span / seconds
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

function secondRotation(contract: Contract): string {
  if (contract.overlap.kind === 'none') return '—'
  const rule = secondRotationOf(contract)
  switch (rule.kind) {
    case 'keep': {
      const urgent = rule.immediateEnds === 'current' ? '; one without an overlap ends the current key alone' : ''
      return `keeps every live key, ${rule.maximumLiveKeys} at most, then 409${urgent}`
    }
    case 'reject': {
      const force = contract.rotateBody?.force
      return force === undefined ? '409' : `409, unless \`${placeName(force.field)}\` is true`
    }
    case 'replace':
      return mayBeEndless(contract) ? 'ends the older key' : 'ends the older key at once'
  }
}

function repeat(contract: Contract): string {
  const { rule, in: place } = idempotencyKeyOf(contract)
  if (rule === 'off') return 'rotates again'
  const key = rule === 'required' ? `\`${placeName(place)}\`, which must be given` : `\`${placeName(place)}\``
  return `the same secret from Keyturn (${key}); the vendor ${contract.vendorReplays === true ? 'promises the same' : 'promises nothing'}`
}

function whoMakes(contract: Contract): string {
  const field = contract.rotateBody?.ownSecret?.field
  if (choosesSecret(contract)) return `the receiver, in \`${placeName(field ?? '')}\``
  return field === undefined ? 'the vendor' : `the vendor, or the caller in \`${placeName(field)}\``
}

function whichSign({ signing: { signature, previous } }: Contract): string {
  if (signature.form !== 'single') return 'every live one'
  return previous === undefined ? 'the current one' : 'the current one, and the one before in a header of its own'
}

function cooldown({ cooldownSeconds = 0, cooldownFrom }: Contract): string {
  if (cooldownSeconds === 0) return 'no pause'
  return `${length(cooldownSeconds)}${cooldownFrom === undefined ? ', the first after the creation too' : ''}`
}

/** Those that a deployment can mount, and those of the rotation hook alone. */
export const shownContracts: readonly Contract[] = [...allContracts, ...hookContracts]

if (require.main === module) {
  writeFileSync(semanticsPage, withTable(readFileSync(semanticsPage, 'utf8'), shownContracts))
}
