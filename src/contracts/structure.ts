import * as v from 'valibot'
import { problems } from '../core/problem'
import type { KeyBytes } from '../verify/key-bytes'
import type { Scheme, SignatureHeader } from '../verify/schemes'
import type { ClientRules, RateLimitRule, TenantParts } from './client-rules'
import type {
  ApiKeyAccess,
  ApiVersions,
  Contract,
  CredentialPlace,
  Credentials,
  DeliveryFormat,
  ErrorDialect,
  ErrorWords,
  IdFormat,
  Operation,
  OperationOf,
  Overlap,
  PortalAccess,
  Publishes,
  OwnSecret,
  RotateBody,
  SecondRotation,
  SecretFormat,
  TenantSource,
  TextFormat,
  Tile,
} from './contract'
import * as dimensions from './dimensions'
import { isForm } from './shape'

// Which members a contract has, and which words each may be, for a contract that nobody compiled: one that comes from a
// file. The types of `contract.ts` name the members, and the compiler asks for each of them here. What members mean
// together is for `check-contract.ts`.

/** Every member of the type, also those that may be absent. */
type Members<Type> = { readonly [Name in keyof Type]-?: v.GenericSchema }
type KindOf<Union, Kind> = Extract<Union, { readonly kind: Kind }>

const { optional, array } = v
const longest = 1024
const text = v.string('must be a text')
const number = v.number('must be a number')
/** How many bytes, characters or digits: such a text is made while the contract is checked. */
const length = v.custom<number>(
  value => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= longest,
  `must be a whole number from 0 to ${longest}`,
)
const boolean = v.boolean('must be true or false')
const present = v.literal(true, 'must be true, or absent')
const json = v.unknown()

function words<const Words extends readonly string[]>(list: Words) {
  return v.picklist(list, `must be one of ${list.join(', ')}`)
}

function numbers<const Numbers extends readonly number[]>(list: Numbers) {
  return v.picklist(list, `must be one of ${list.join(', ')}`)
}

const isNoMember = 'is no member'

/** An object with these members and no other, and no list. */
function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  const schema = variant(entries)
  return v.lazy(value => (Array.isArray(value) ? v.never('must be an object') : schema))
}

/** One of those that a word tells apart, which no list has. Each member that there is not is a fault of its own. */
function variant<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = Object.keys(entries).join(', ')
  return v.objectWithRest(entries, v.never(`${isNoMember}; there are ${names}`), ({ expected }) =>
    expected === 'Object' ? 'must be an object' : 'must be given',
  )
}

/** An object whose members have any name. */
function record(member: v.GenericSchema, name: v.GenericSchema<string> = v.string()) {
  const members = v.record(name, member, 'must be an object')
  return v.lazy(value => (Array.isArray(value) ? v.never('must be an object') : members))
}

/** The first where the value is like that, else the second: so that a fault is about what was meant. */
function where(is: (value: unknown) => boolean, one: v.GenericSchema, other: v.GenericSchema) {
  return v.lazy(value => (is(value) ? one : other))
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const span = where(isText, words(['endless']), v.number('must be a number of seconds, or endless'))
const shape = v.custom(isShape, 'must be the name of a field, a number, true, false, null, an object or a form')

function isShape(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true
  if (typeof value !== 'object' || Array.isArray(value)) return false
  return isForm(value as Parameters<typeof isForm>[0]) ? isFormLike(value) : Object.values(value).every(isShape)
}

/** Members of forms that are texts. */
const formTexts = ['$time', 'format', '$words', 'of', '$text', '$number', '$present', '$each', 'order']

/** Whether each member of a form is of its type; which members it has is looked at later. */
function isFormLike(form: object): boolean {
  return Object.entries(form).every(([name, value]: [string, unknown]) => {
    if (name === '$list') return Array.isArray(value) && value.every(isShape)
    if (name === '$first') return typeof value === 'number'
    if (name === 'shape') return isShape(value)
    if (name === 'words') return isObject(value) && !Array.isArray(value)
    return typeof value === 'string' || !formTexts.includes(name)
  })
}

const textFormat = { prefix: text, encoding: words(dimensions.encodings), bytes: length } satisfies Members<TextFormat>

const credentialPlace = v.variant(
  'kind',
  [
    variant({ kind: v.literal('bearer') } satisfies Members<KindOf<CredentialPlace, 'bearer'>>),
    variant({
      kind: v.literal('header'),
      name: text,
      prefix: optional(text),
    } satisfies Members<KindOf<CredentialPlace, 'header'>>),
    variant({
      kind: v.literal('basic'),
      token: optional(words(['password'])),
      user: optional(text),
    } satisfies Members<Extract<CredentialPlace, { readonly token: unknown }>>),
    variant({ kind: v.literal('query'), name: text } satisfies Members<KindOf<CredentialPlace, 'query'>>),
  ],
  `must be one of ${dimensions.credentialPlaces.join(', ')}`,
)

const credentials = object({
  in: optional(where(Array.isArray, array(credentialPlace), credentialPlace)),
  apiKey: optional(object(textFormat)),
  sessions: optional(boolean),
  portalScopes: optional(object({ read: text, rotate: text, write: text, test: text })),
  permissions: optional(array(text, 'must be a list')),
  plans: optional(array(text, 'must be a list')),
} satisfies Members<Credentials>)

const tenantParts = object({
  least: number,
  most: number,
  written: words(['segments', 'encoded']),
} satisfies Members<TenantParts>)

type TenantFrom<From> = Extract<TenantSource, { readonly from: From }>
const ownerKinds = optional(array(text, 'must be a list'))

const tenant = v.variant(
  'from',
  [
    variant({
      from: v.literal('credential'),
      header: optional(text),
      ownerKinds,
    } satisfies Members<TenantFrom<'credential'>>),
    variant({
      from: v.literal('header'),
      header: text,
      format: words(dimensions.tenantFormats),
      ownerKinds,
    } satisfies Members<TenantFrom<'header'>>),
    variant({
      from: v.literal('path'),
      parameter: text,
      parts: optional(tenantParts),
      ownerKinds,
    } satisfies Members<TenantFrom<'path'>>),
  ],
  `must be one of ${dimensions.tenantPlaces.join(', ')}`,
)

const ids = v.variant(
  'kind',
  [
    variant({ kind: v.literal('uuid') } satisfies Members<KindOf<IdFormat, 'uuid'>>),
    variant({ kind: v.literal('object-id') } satisfies Members<KindOf<IdFormat, 'object-id'>>),
    variant({
      kind: v.literal('prefixed'),
      prefix: text,
      characters: length,
    } satisfies Members<KindOf<IdFormat, 'prefixed'>>),
    variant({ kind: v.literal('numeric'), digits: length } satisfies Members<KindOf<IdFormat, 'numeric'>>),
    variant({
      kind: v.literal('text'),
      make: object(textFormat),
      maximum: number,
    } satisfies Members<KindOf<IdFormat, 'text'>>),
    variant({ kind: v.literal('fixed'), id: text } satisfies Members<KindOf<IdFormat, 'fixed'>>),
  ],
  `must be one of ${dimensions.idKinds.join(', ')}`,
)

const secret = object({
  ...textFormat,
  key: optional(words(dimensions.secretKeys)),
  mask: optional(
    object({ first: number, filler: text, count: number, last: number } satisfies Members<
      NonNullable<SecretFormat['mask']>
    >),
  ),
} satisfies Members<SecretFormat>)

const signatureHeader = object({
  header: array(text, 'must be a list of names'),
  content: text,
  encoding: words(['hex', 'upper-hex', 'base64']),
  form: words(['single', 'list', 'timestamped']),
  separator: optional(text),
  prefix: text,
  olderPrefix: optional(text),
} satisfies Members<SignatureHeader>)

const signing = object({
  id: array(text, 'must be a list of names'),
  timestamp: array(text, 'must be a list of names'),
  tenant: array(text, 'must be a list of names'),
  milliseconds: optional(present),
  isoTime: optional(words(['second', 'millisecond'])),
  signature: signatureHeader,
  weaker: optional(signatureHeader),
  previous: optional(signatureHeader),
  inBody: optional(
    object({ signature: text, id: optional(text), timestamp: optional(text) } satisfies Members<
      NonNullable<Scheme['inBody']>
    >),
  ),
  keyBytes: object({
    encoding: words(['base64', 'base64url', 'hex', 'utf8']),
    prefix: text,
  } satisfies Members<KeyBytes>),
} satisfies Members<Scheme>)

const delivery = object({
  messageIds: words(dimensions.messageIdKinds),
  userAgent: text,
  headers: record(where(isText, words(dimensions.headerFields), object({ $constant: text }))),
  body: where(
    isText,
    words(['payload']),
    record(where(isText, words(dimensions.bodyFields), object({ $constant: json }))),
  ),
  success: where(isText, words(['2xx']), array(number, 'must be 2xx, or a list of statuses')),
  retries: v.nullable(number),
} satisfies Members<DeliveryFormat>)

const overlap = v.variant(
  'kind',
  [
    variant({ kind: v.literal('none') } satisfies Members<KindOf<Overlap, 'none'>>),
    variant({ kind: v.literal('fixed'), seconds: span } satisfies Members<KindOf<Overlap, 'fixed'>>),
    variant({
      kind: v.literal('chosen'),
      field: text,
      unit: words(dimensions.overlapUnits),
      defaultSeconds: span,
      required: optional(present),
      minimumSeconds: optional(number),
      maximumSeconds: number,
      clamped: optional(present),
      rounded: optional(
        object({ toSeconds: number, direction: words(dimensions.roundingDirections) } satisfies Members<
          NonNullable<KindOf<Overlap, 'chosen'>['rounded']>
        >),
      ),
      words: optional(record(span)),
    } satisfies Members<KindOf<Overlap, 'chosen'>>),
  ],
  `must be one of ${dimensions.overlapKinds.join(', ')}`,
)

const secondRotation = v.variant(
  'kind',
  [
    variant({
      kind: v.literal('keep'),
      maximumLiveKeys: number,
      immediateEnds: optional(words(['current'])),
    } satisfies Members<KindOf<SecondRotation, 'keep'>>),
    variant({ kind: v.literal('reject') } satisfies Members<KindOf<SecondRotation, 'reject'>>),
    variant({ kind: v.literal('replace') } satisfies Members<KindOf<SecondRotation, 'replace'>>),
  ],
  `must be one of ${dimensions.secondRotationKinds.join(', ')}`,
)

const rotateBody = object({
  unknownFields: optional(words(dimensions.unknownFieldRules)),
  required: optional(present),
  constants: optional(record(json)),
  ownSecret: optional(
    object({
      field: text,
      minimumBytes: number,
      maximumBytes: number,
      required: optional(present),
      free: optional(present),
      optionalPrefix: optional(present),
    } satisfies Members<OwnSecret>),
  ),
  reason: optional(
    object({ field: text, maximumCharacters: number, required: optional(present) } satisfies Members<
      NonNullable<RotateBody['reason']>
    >),
  ),
  force: optional(object({ field: text })),
  publish: optional(object({ field: text, leadField: text })),
  ifRevision: optional(object({ field: text })),
  reveal: optional(object({ field: text })),
  nulls: optional(words(['absent'])),
} satisfies Members<RotateBody>)

const publishes = object({
  signing: words(dimensions.publishedSignings),
  leadSeconds: optional(number),
  overlapSeconds: optional(number),
} satisfies Members<Publishes>)

const apiKeyAccess = object({
  permission: optional(where(isText, text, array(text, 'must be a text, or a list of texts'))),
  memberPermissions: optional(record(text)),
  minimumPlan: optional(text),
} satisfies Members<ApiKeyAccess>)

const access = where(
  isText,
  words(['anyone']),
  object({
    session: optional(object({ roles: array(words(dimensions.roles), 'must be a list') })),
    apiKey: optional(apiKeyAccess),
    portal: optional(
      object({
        scopes: array(words(dimensions.scopes), 'must be a list'),
        members: optional(array(text, 'must be a list')),
      } satisfies Members<PortalAccess>),
    ),
    recentSignIn: optional(present),
  }),
)

const uses = [
  ...dimensions.usesOfRotate,
  ...dimensions.usesOfEndpoints,
  ...dimensions.usesOfDeliver,
  ...dimensions.usesOfAccess,
] as const

const operation = object({
  use: words(uses),
  method: words(dimensions.methods),
  path: text,
  access: optional(access),
  when: optional(record(json)),
  since: optional(text),
  pageSizes: optional(object({ usual: number, largest: number })),
  filters: optional(array(words(dimensions.listFilters), 'must be a list')),
  reply: object({ status: numbers(dimensions.replyStatuses), body: shape }),
} satisfies Members<OperationOf<'rotate'>>)

const errorWords = object({
  status: optional(number),
  type: optional(text),
  title: optional(text),
  detail: optional(text),
  code: optional(v.nullable(where(isText, text, v.number('must be a text, a number or null')))),
  body: optional(shape),
} satisfies Members<ErrorWords>)

const codes = Object.keys(problems)
const problemCode = v.picklist(codes, `is the code of no problem; there are ${codes.join(', ')}`)

const errors = object({
  contentType: optional(words(dimensions.errorContentTypes)),
  body: shape,
  words: optional(record(errorWords, problemCode)),
  byStatus: optional(record(errorWords)),
  other: optional(errorWords),
} satisfies Members<ErrorDialect>)

const client = object({
  headers: optional(record(text)),
  sentBack: optional(record(text)),
  rateLimit: optional(
    object({
      statuses: array(number, 'must be a list'),
      remaining: text,
      reset: text,
      words: optional(text),
    } satisfies Members<RateLimitRule>),
  ),
  redirects: optional(words(['same-origin'])),
} satisfies Members<ClientRules>)

const idempotencyRule = words(dimensions.idempotencyKeyRules)

const tile = object({
  section: text,
  title: text,
  description: text,
  rotate: text,
  prompt: text,
  copy: text,
} satisfies Members<Tile>)

const contractMembers = {
  name: text,
  credentials,
  tenant,
  ids,
  secret,
  signing,
  delivery: optional(delivery),
  overlap,
  secondRotation: optional(secondRotation),
  cooldownSeconds: optional(number),
  cooldownFrom: optional(words(['rotation'])),
  idempotencyKey: optional(where(isObject, object({ rule: idempotencyRule, in: text }), idempotencyRule)),
  rotateBody: v.nullish(rotateBody),
  publishes: optional(publishes),
  testBody: optional(object({ eventTypeField: text })),
  revokeBody: optional(object({ proofField: text })),
  rotationResetsFailures: optional(present),
  apiVersions: optional(object({ header: text, known: array(text, 'must be a list') } satisfies Members<ApiVersions>)),
  url: optional(words(dimensions.urlRules)),
  reach: optional(words(dimensions.reaches)),
  times: optional(words(dimensions.timeFormats)),
  contentType: optional(text),
  headers: optional(record(shape)),
  operations: array(operation, 'must be a list'),
  errors: optional(errors),
  tile: optional(tile),
  vendorReplays: optional(boolean),
  client: optional(client),
} satisfies Members<Contract>

const contract = object(contractMembers)

/** Each member that there is not, that is missing or of another type, and each word that there is not, by its place. */
export function structureFaults(given: Contract): readonly string[] {
  return structureOf(given).faults
}

export interface Structure {
  readonly faults: readonly string[]
  /**
   * Where something is missing or of another type, so that nothing can be read there: `['overlap', 'unit']`. A member that
   * there is not keeps nobody from reading the others.
   */
  readonly unreadable: readonly (readonly string[])[]
}

export function structureOf(given: Contract): Structure {
  const { issues = [] } = v.safeParse(contract, given)
  const found = issues.map(issue => ({ path: v.getDotPath(issue) ?? '', message: issue.message }))
  return {
    faults: found.map(({ path, message }) => `${placeOf(given, path)} ${message}`),
    unreadable: found.filter(({ message }) => !message.startsWith(isNoMember)).map(({ path }) => path.split('.')),
  }
}

/** Operations are told by method and path, as long as they have both. */
function placeOf({ operations }: Contract, path: string): string {
  const [, index, rest = ''] = /^operations\.(\d+)\.?(.*)$/.exec(path) ?? []
  if (index === undefined) return path
  const { method, path: template } = Object(operations.at(Number(index))) as Partial<Operation>
  if (typeof method !== 'string' || typeof template !== 'string') return path
  return `operation ${method} ${template}: ${rest}`
}
