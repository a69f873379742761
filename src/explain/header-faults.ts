import { wrong } from '../verify/arguments'
import type { Scheme } from '../verify/schemes'
import type { CapturedHeaders } from './captured-request'
import { type Finding, counted, proven } from './finding'

// Which headers of the scheme a request lacks, has twice, or has under another name.

type Entry = readonly [name: string, value: string]

/** What is wrong with the headers, and how they read once that is put right. */
export interface ReadHeaders {
  readonly findings: readonly Finding[]
  /** What each says. Several readings where a header came twice with different values. */
  readonly readings: readonly Readonly<Partial<Record<Part, string>>>[]
  /** Whether every header of the scheme is there, under whatever name. */
  readonly isComplete: boolean
}

/** @throws {TypeError} when they are neither pairs nor an object of texts, such as fetch's `Headers` */
export function requireCapturedHeaders(headers: unknown): void {
  const wanted = 'a list of pairs [name, value], such as [...headers], or an object of names and values'
  const entries: readonly unknown[] | null = entriesIn(headers)
  if (entries === null) throw wrong('request.headers', wanted, headers)
  if (!entries.every(isEntry)) throw new TypeError(`request.headers must be ${wanted}; a value is no text`)
}

function entriesIn(headers: unknown): readonly unknown[] | null {
  if (Array.isArray(headers)) return headers
  if (typeof headers !== 'object' || headers === null) return null
  return 'get' in headers && typeof headers.get === 'function' ? null : Object.entries(headers)
}

function isEntry(entry: unknown): boolean {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return false
  const value: unknown = entry[1]
  const values: readonly unknown[] = Array.isArray(value) ? value : [value ?? '']
  return values.every(each => typeof each === 'string')
}

/** Every header as it came, by its lower-case name. */
export function entriesOf(headers: CapturedHeaders): readonly Entry[] {
  const pairs: readonly (readonly [string, string | readonly string[] | null | undefined])[] = isPairs(headers)
    ? headers
    : Object.entries(headers)
  return pairs.flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : (value ?? [])
    return values.map((each): Entry => [name.toLowerCase(), each])
  })
}

function isPairs(headers: CapturedHeaders): headers is readonly Entry[] {
  return Array.isArray(headers)
}

/** The headers as `verify` takes them: one that came several times is a list. */
export function verifiable(entries: readonly Entry[]): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(entries.map(([name]) => name))]
  return Object.fromEntries(
    names.map(name => {
      const values = entries.filter(([each]) => each === name).map(([, value]) => value)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

export type Part = 'id' | 'timestamp' | 'tenant' | 'signature'

interface Needed {
  readonly part: Part
  readonly name: string
}

export function readHeaders(entries: readonly Entry[], scheme: Scheme): ReadHeaders {
  const needed = neededOf(entries, scheme)
  const read = needed.map(each => readHeader(entries, each, needed))
  const missing = needed.filter((_, index) => read[index]?.values.length === 0).map(({ name }) => name)
  const alternatives = Math.max(1, ...read.map(({ values }) => values.length))
  const readings = Array.from({ length: alternatives }, (_, at) =>
    Object.fromEntries(
      read.flatMap(({ values }, index) => {
        const value = values[at] ?? values.at(-1)
        const part = needed[index]?.part
        return value === undefined || part === undefined ? [] : [[part, value]]
      }),
    ),
  )
  const absent = missing.filter(name => !entries.some(([each]) => each === name))
  return {
    findings: [...missingFinding(absent, entries), ...read.flatMap(({ findings }) => findings)],
    readings,
    isComplete: missing.length === 0,
  }
}

/** The headers of the naming of which most are there. */
function neededOf(entries: readonly Entry[], scheme: Scheme): readonly Needed[] {
  const namings = Math.max(1, scheme.signature.header.length)
  const lists = Array.from({ length: namings }, (_, naming): readonly Needed[] => {
    const named = (part: Part, names: readonly string[]): readonly Needed[] => {
      const name = names[naming]
      return name === undefined ? [] : [{ part, name }]
    }
    return [
      ...named('id', scheme.inBody?.id === undefined ? scheme.id : []),
      ...named('timestamp', scheme.inBody?.timestamp === undefined ? scheme.timestamp : []),
      ...named('tenant', scheme.tenant),
      ...named('signature', scheme.inBody === undefined ? scheme.signature.header : []),
    ]
  })
  const present = (list: readonly Needed[]): number =>
    list.filter(({ name }) => entries.some(([each]) => each === name)).length
  return lists.toSorted((one, other) => present(other) - present(one))[0] ?? []
}

interface ReadHeader {
  /** What it may say; none: it is not there. */
  readonly values: readonly string[]
  readonly findings: readonly Finding[]
}

function readHeader(entries: readonly Entry[], needed: Needed, all: readonly Needed[]): ReadHeader {
  const { name } = needed
  const values = entries.filter(([each]) => each === name).map(([, value]) => value)
  const [value] = values
  if (value === undefined) return renamed(entries, needed, all)
  if (values.length > 1) {
    const same = new Set(values).size === 1 ? 'with one value' : 'with different values'
    const message = `The header ${name} came ${counted(values.length, 'time')}, ${same}.`
    return { values: [...new Set(values)], findings: [doubled(message)] }
  }
  if (value.trim() === '') {
    const message = `The header ${name} is empty.`
    return { values: [], findings: [proven('header-empty', message, 'Look for what empties it before the receiver.')] }
  }
  return alteredValue(needed, value)
}

function doubled(message: string): Finding {
  const remedy =
    'A proxy or a second signer adds it again: let one of them write it, and replace it rather than append.'
  return proven('header-doubled', message, remedy)
}

function alteredValue({ part, name }: Needed, value: string): ReadHeader {
  const stripped = value
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
  const altered = proven(
    'header-altered',
    `There is whitespace or there are quotes around the value of ${name}.`,
    'Hand the value on as it came.',
  )
  const findings = stripped === value ? [] : [altered]
  const parts = stripped.split(/\s*,\s*/)
  const isTime = part === 'timestamp' && parts.every(each => /^\d+$/.test(each))
  const isRepeated = part !== 'signature' && new Set(parts).size === 1
  if (parts.length < 2 || !(isTime || isRepeated)) return { values: [stripped], findings }
  const message = `The header ${name} came ${counted(parts.length, 'time')}, joined by commas.`
  return { values: [...new Set(parts)], findings: [...findings, doubled(message)] }
}

/** Under a name that a gateway or another version of the scheme gives it. */
function renamed(entries: readonly Entry[], { name }: Needed, all: readonly Needed[]): ReadHeader {
  const taken = all.map(each => each.name)
  const free = entries.filter(([each, value]) => !taken.includes(each) && value !== '' && isShown(each))
  const found =
    free.find(([each]) => canonical(each) === canonical(name)) ??
    free.find(([each]) => isShortOf(each, name) || isShortOf(name, each)) ??
    free.find(
      ([each]) => canonical(each).split('-').at(-1) === canonical(name).split('-').at(-1) && isOfAFamily(each, free),
    )
  if (found === undefined) return { values: [], findings: [] }
  const message = `The header ${name} came as ${found[0]}.`
  const remedy = 'A gateway or a framework renames it, or the sender uses other names: read it under the scheme’s name.'
  return { values: [found[1]], findings: [proven('header-renamed', message, remedy)] }
}

function isShortOf(name: string, whole: string): boolean {
  return canonical(whole).endsWith(`-${canonical(name)}`)
}

/** One prefix before several of the scheme's words, as in `acme-id`, `acme-timestamp` and `acme-signature`. */
function isOfAFamily(name: string, entries: readonly Entry[]): boolean {
  const prefix = name.slice(0, name.lastIndexOf('-') + 1)
  const words = ['id', 'timestamp', 'signature']
  return prefix !== '' && words.filter(word => entries.some(([each]) => each === prefix + word)).length > 1
}

function canonical(name: string): string {
  return name.replaceAll('_', '-').replace(/^(?:http-)?(?:x-amzn-remapped-|x-original-|x-forwarded-|x-)?/, '')
}

/** Whether the name is one that may be printed: a request can have any. */
function isShown(name: string): boolean {
  return /^[a-z][a-z0-9_-]{0,63}$/.test(name)
}

function missingFinding(missing: readonly string[], entries: readonly Entry[]): readonly Finding[] {
  if (missing.length === 0) return []
  const [first = ''] = missing
  const names = missing.length === 1 ? `The header ${first} is` : `The headers ${missing.join(', ')} are`
  const count = entries.length === 0 ? 'the request has no headers at all' : 'nothing that looks like it came either'
  const remedy =
    'Look for what drops it on the way (a proxy, a gateway’s mapping, a framework’s list of allowed headers), or whether another scheme signs.'
  return [proven('header-missing', `${names} not there; ${count}.`, remedy)]
}
