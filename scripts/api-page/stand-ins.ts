import type { Json } from '../../src/contracts/shape'

// What is another at every run (ids, times, secrets) stands in docs/api.md as something fixed. One table says as what.

/** Replies with stand-ins: the same id is the same one throughout. `since`: when the first request was sent. */
export function standIns(since: Date): (reply: Json) => Json {
  const known: Known = new Map()
  const numbers = new Map<Rule, number>()
  const standInFor = (rule: Rule, found: string): string => {
    const before = known.get(found)
    if (before !== undefined) return before
    const number = (numbers.get(rule) ?? 0) + 1
    numbers.set(rule, number)
    const made = rule.as(number)
    known.set(found, made)
    return made
  }
  const texts = (text: string): string => {
    const rule = rules.find(({ found }) => found.test(text))
    if (rule === undefined) return shownTimes(text, since)
    return text.replace(rule.found, found => standInFor(rule, found))
  }
  return reply =>
    mapValues(reply, (name, value) => {
      const member = members[name]
      if (member !== undefined) return member(value, known)
      return typeof value === 'string' ? texts(value) : value
    })
}

/** What was found, and what stands for it. */
type Known = Map<string, string>

interface Rule {
  readonly found: RegExp
  /** The `number`-th of its kind. */
  readonly as: (number: number) => string
}

function numbered(prefix: string, digits: number): (number: number) => string {
  return number => prefix + String(number).padStart(digits, '0')
}

/** The last character of 32 bytes in base64 has two bits that are 0, as `0` has. */
function example(prefix: string, digits: number): (number: number) => string {
  return number => `${prefix}EXAMPLE${String(number).padStart(digits, '0')}0`
}

/** For texts that hold something of this kind. The first that fits counts. */
const rules: readonly Rule[] = [
  // API keys have names of their own, by which records say who called.
  { found: /\bkey_[0-9a-z]{20}(?![0-9a-z])/, as: numbered('key_apikey', 14) },
  ...['key', 'chg', 'evt', 'msg', 'att', 'prb'].map(prefix => ({
    found: new RegExp(`\\b${prefix}_[0-9a-f]{24}`),
    as: numbered(`${prefix}_`, 24),
  })),
  {
    found: /\b127\.0\.0\.1:\d+\/portal#kpc_[0-9a-z]{24}\.[\w-]{43}/,
    as: number => `127.0.0.1:4710/portal#kpc_${numbered('', 24)(number)}.${example('', 35)(number)}`,
  },
  { found: /\bps_[0-9a-z]{24}/, as: numbered('ps_', 24) },
  { found: /\bep_(?!local|foreign)[0-9a-z]{24}/, as: numbered('ep_', 24) },
  { found: /\bkt_[\w-]{43}/, as: example('kt_', 35) },
  { found: /\bwhsec_[A-Za-z0-9+/]{43}(?==)/, as: example('whsec_', 35) },
  { found: /\bv1,[A-Za-z0-9+/]{43}(?==)/, as: example('v1,', 35) },
  { found: /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/, as: numbered('', 64) },
  // The local run's own have zeros in the middle.
  { found: /\b[0-9a-f]{8}(?!-0000-)(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, as: numbered('00000000-0000-4000-8000-', 12) },
  { found: /\b127\.0\.0\.1:\d+/, as: number => `127.0.0.1:${4709 + number}` },
  // Which of the two it is depends on the name servers of whoever asks.
  {
    found: /^The name servers of the host name do not answer$/,
    as: () => 'The host name does not resolve',
  },
]

type MemberRule = (value: Json, known: Known) => Json

const someDuration: MemberRule = value => (typeof value === 'number' ? 12 : value)

/** What a member's name tells: durations, places in a list or in time, and parts of a secret. */
const members: Readonly<Record<string, MemberRule>> = {
  durationMs: someDuration,
  latencyMs: someDuration,
  avgResponseTimeMs: someDuration,
  lastResponseTimeMs: someDuration,
  revision: () => 5,
  // It is kept to the hour, which the run's own time does not tell.
  lastUsedAt: value => (value === null ? null : '2026-11-21T12:00:00.000Z'),
  nextCursor: value => (value === null ? null : 'EXAMPLE'),
  hint: (value, known) => (typeof value === 'string' ? partOf(known, value, 'end') : value),
  secretPrefix: (value, known) => (typeof value === 'string' ? partOf(known, value, 'start') : value),
}

/** The same part of the secret's stand-in. */
function partOf(known: Known, part: string, at: 'start' | 'end'): string {
  const secrets = [...known].filter(([secret]) => secret.startsWith('whsec_')).map(pair => pair.map(each => `${each}=`))
  const [, standIn = ''] =
    secrets.findLast(([secret = '']) => (at === 'start' ? secret.startsWith(part) : secret.endsWith(part))) ?? []
  return at === 'start' ? standIn.slice(0, part.length) : standIn.slice(-part.length)
}

const noon = Date.UTC(2026, 10, 21, 12)
const stepMs = 5 * 60_000
/** The local run's own endpoints are a little older than the first request. */
const beforeMs = 2 * 60_000

/** Times as if everything had been asked at noon: what the run takes, three minutes at most, does not show. */
function shownTimes(text: string, since: Date): string {
  const start = Math.floor(since.getTime() / 1000) * 1000
  const shown = (at: number): Date => new Date(noon + Math.floor((at - start + beforeMs) / stepMs) * stepMs)
  const [, fraction = '', zone] = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/.exec(text) ?? []
  if (zone !== undefined)
    return shown(Date.parse(text))
      .toISOString()
      .replace('.000Z', zeros(fraction) + zone)
  if (/^1[789]\d{8}$/.test(text)) return String(shown(Number(text) * 1000).getTime() / 1000)
  return text.endsWith(' GMT') ? shown(Date.parse(text)).toUTCString() : text
}

function zeros(text: string): string {
  return text.replaceAll(/\d/g, '0')
}

function mapValues(value: Json, change: (name: string, value: Json) => Json, name = ''): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(item => mapValues(item, change, name))
  if (typeof value !== 'object' || value === null) return change(name, value)
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, mapValues(inner, change, member)]))
}
