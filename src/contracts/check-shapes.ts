import { problems } from '../core/problem'
import { choosesSecret, type Contract, type ErrorDialect, type ErrorWords, type Operation } from './contract'
import { timeFormats } from './dimensions'
import { numberDigits } from './ids'
import { type Fault, faultsIn, isToken } from './fault'
import {
  errorFields,
  fieldValues,
  itemFields,
  replyFields,
  requestFields,
  structuredFields,
  timeFields,
} from './reply-fields'
import { operationRule, type OperationRule } from './rule'
import {
  fieldsInText,
  type Form,
  isForm,
  isValue,
  type ObjectShape,
  type Shape,
  shapeFields,
  showsWholeSecret,
} from './shape'

/** What a shape may name. */
interface Allowed {
  readonly fields: readonly string[]
  /** Whose fields these are, for people. */
  readonly whose: string
}

/** The forms of a shape: the member that each begins with, and the others that it has. */
const forms: Readonly<Record<string, readonly string[]>> = {
  $constant: [],
  $time: ['format'],
  $words: ['words'],
  $first: ['of'],
  $text: [],
  $number: [],
  $present: [],
  $list: [],
  $each: ['shape', 'order'],
}

export const replyRules: readonly OperationRule[] = [
  operationRule([], ['use', 'reply'], checkReply),
  operationRule(['operations', 'rotateBody'], ['use', 'reply'], checkRevealed),
  operationRule(['ids'], ['reply'], ({ ids }, { reply: { body } }) => (body === null ? [] : checkNumbers(ids, body))),
  operationRule(['secret', 'overlap'], ['reply'], checkEmptyFields),
  operationRule(['times'], ['use', 'reply'], checkTimes),
]

function checkReply(_: unknown, { reply, use }: Replying): readonly Fault[] {
  const { status, body } = reply
  return [
    (status === 204) !== (body === null) && 'reply must have a body, unless its status is 204',
    ...shapeFaults({ reply, use }),
  ]
}

type Replying = Pick<Operation, 'reply' | 'use'>

function shapeFaults({ reply: { body }, use }: Replying): readonly string[] {
  return body === null ? [] : faultsIn(checkShape('reply.body', body, { fields: replyFields[use], whose: use }))
}

/** Whether somebody gets the secret; and where a request may ask for none, whether the reply can leave it out. */
function checkRevealed(contract: Pick<Contract, 'operations' | 'rotateBody'>, operation: Replying): readonly Fault[] {
  const { reply, use } = operation
  const mayLack = use === 'rotate' && contract.rotateBody?.reveal !== undefined
  const reveals = showsWholeSecret(reply.body)
  const isUnderstood = shapeFaults(operation).length === 0
  const revealsElsewhere = [...contract.operations].some(other => other.use === 'reveal')
  const isBrought = use === 'rotate' && choosesSecret(contract)
  return [
    use === 'reveal' && !reveals && isUnderstood && 'reply.body must show signingSecret, and the whole of it',
    (use === 'rotate' || use === 'create') &&
      !reveals &&
      !revealsElsewhere &&
      !isBrought &&
      isUnderstood &&
      'reply.body never shows signingSecret, or not the whole of it',
    mayLack &&
      reply.body !== null &&
      alwaysShowsSecret(reply.body) &&
      'reply.body must show signingSecret by $present alone, since a request with rotateBody.reveal can ask for none',
  ]
}

/** Whether a reply has a member for the new secret also where there is none to show. The list of all is empty then. */
function alwaysShowsSecret(shape: Shape<string>): boolean {
  if (isValue(shape)) return false
  if (typeof shape === 'string') return shape === 'signingSecret'
  if (!isForm(shape)) return Object.values(shape).some(alwaysShowsSecret)
  if ('$list' in shape) return shape.$list.some(alwaysShowsSecret)
  return !('$present' in shape) && shapeFields(shape).includes('signingSecret')
}

function checkTimes({ times }: Pick<Contract, 'times'>, { reply: { body }, use }: Replying): readonly Fault[] {
  const isMissing = times === undefined && body !== null && showsTime(body)
  return [isMissing && `times must be given, since ${use} shows ${timesIn(body)}`]
}

/** Places of a shape that is not of one use alone. */
export function checkHeaders({
  headers = {},
  contentType = 'application/json',
}: Pick<Contract, 'headers' | 'contentType'>): readonly Fault[] {
  const isJson = /^application\/(?:[\w.+-]+\+)?json(?:; ?charset=utf-8)?$/i.test(contentType)
  const faults = Object.entries(headers).flatMap(([name, shape]) => [
    !isToken(name) && `headers.${name} must be the name of a header`,
    typeof shape === 'object' && shape !== null && !isForm(shape) && `headers.${name} must be one value`,
    ...checkShape(`headers.${name}`, shape, { fields: requestFields, whose: 'headers' }),
  ])
  return [!isJson && 'contentType must be a JSON type, like application/vnd.acme.v1+json', ...faults]
}

export function checkErrors({ errors }: Pick<Contract, 'errors'>): readonly Fault[] {
  if (errors === undefined) return []
  const allowed = { fields: errorFields, whose: 'errors' }
  const { body, words = {}, byStatus = {}, other } = errors
  const entries = [
    ...Object.entries(words).map(([code, entry]) => [`errors.words.${code}`, entry] as const),
    ...Object.entries(byStatus).map(([status, entry]) => [`errors.byStatus.${status}`, entry] as const),
    ['errors.other', other] as const,
  ]
  return [
    ...checkShape('errors.body', body, allowed),
    ...checkUnsaid(errors),
    ...entries.flatMap(([place, entry]) => [
      entry?.status !== undefined &&
        !(entry.status >= 400 && entry.status <= 599) &&
        `${place}.status must be 400 to 599`,
      ...(entry?.body === undefined ? [] : checkShape(`${place}.body`, entry.body, allowed)),
      ...(['title', 'detail'] as const).flatMap(member =>
        fieldsInText(entry?.[member] ?? '').map(field =>
          checkField(`${place}.${member}`, field, { ...allowed, fields: fieldsOfText }),
        ),
      ),
    ]),
  ]
}

/** Statuses that no error has. */
export function checkErrorStatuses(contract: Pick<Contract, 'errors' | 'operations'>): readonly Fault[] {
  const statuses = statusesOf(contract)
  return Object.keys(contract.errors?.byStatus ?? {}).map(
    status =>
      !statuses.includes(Number(status)) &&
      `errors.byStatus.${status} is the status of no problem, which have ${statuses.join(', ')}; what the vendor answers in place of one is the status in its entry`,
  )
}

/** A word of an error's entry, and the fields that hold it. */
const fieldsOfWords = [
  ['title', ['title']],
  ['detail', ['detail', 'messages', 'errors']],
  ['code', ['code']],
] as const

/** Words that an error shows and nobody says: where there is `other`, Keyturn's own would not do. */
function checkUnsaid({ body, words = {}, byStatus = {}, other }: ErrorDialect): readonly Fault[] {
  if (other === undefined) return []
  const entries: readonly (readonly [place: string, entry: ErrorWords])[] = [
    ...Object.entries(words).map(([code, entry]) => {
      const [, problem] = Object.entries(problems).find(([known]) => known === code) ?? []
      return [`errors.words.${code}`, { ...(problem && byStatus[problem[0]]), ...entry }] as const
    }),
    ...Object.entries(byStatus).map(([status, entry]) => [`errors.byStatus.${status}`, entry] as const),
    ['errors.other', other],
  ]
  return entries.flatMap(([place, entry]) => {
    const shape = entry.body === undefined ? body : entry.body
    const shown = shape === null ? [] : shapeFields(shape)
    return fieldsOfWords.map(([word, fields]) => {
      const field = fields.find(each => shown.includes(each))
      if (field === undefined || { ...other, ...entry }[word] !== undefined) return false
      const what = field === word ? 'it' : field
      if (entry.body === undefined) return `errors.other.${word} must be given, since errors.body shows ${what}`
      const where = place === 'errors.other' ? '' : ', here or by errors.other'
      return `${place}.${word} must be given${where}, since its body shows ${what}`
    })
  })
}

/** Fields that are texts, and so may stand in one. */
const fieldsOfText = errorFields.filter(field => field !== 'errors' && field !== 'messages')

/** The statuses that an error of the contract can have before the contract replaces it. */
function statusesOf({ operations }: Pick<Contract, 'operations'>): readonly number[] {
  const setsConsumers = operations.some(({ use }) => use === 'create' || use === 'update')
  const possible = Object.entries(problems).filter(([code]) => setsConsumers || code !== 'consumer-not-reader')
  return [...new Set(possible.map(([, [status]]) => status))].toSorted((a, b) => a - b)
}

/** What a reply shows though it could never hold anything. */
function checkEmptyFields(
  { secret, overlap }: Pick<Contract, 'secret' | 'overlap'>,
  { reply: { body } }: Pick<Operation, 'reply'>,
): readonly Fault[] {
  const fields = body === null ? [] : shapeFields(body)
  const previous = ['previousExpiresAt', 'previousSecret'].find(field => fields.includes(field))
  return [
    fields.includes('secretMask') && secret.mask === undefined && 'reply.body: secretMask needs secret.mask',
    overlap.kind === 'none' &&
      previous !== undefined &&
      `reply.body: ${previous} is always null, since overlap none ends the key before at once`,
  ]
}

/** Each field that there is not, each form that is none, by its place. */
function checkShape(place: string, shape: Shape<string>, allowed: Allowed): readonly Fault[] {
  if (isValue(shape)) return []
  if (typeof shape === 'string') return [checkField(place, shape, allowed)]
  if (!isForm(shape)) {
    return Object.entries<Shape<string>>(shape).flatMap(([name, member]) =>
      checkShape(`${place}.${name}`, member, allowed),
    )
  }
  const fault = checkFormMembers(shape)
  if (fault !== null) return [`${place} ${fault}`]
  return isForm(shape) ? checkForm(place, shape, allowed) : []
}

function checkField(place: string, field: string, { fields, whose }: Allowed): Fault {
  return (
    !fields.includes(field) && `${place}: there is no field ${field}; ${whose} has ${[...fields].sort().join(', ')}`
  )
}

/** A field that a text can hold. */
function checkText(place: string, field: string, allowed: Allowed): readonly Fault[] {
  const isStructured = structuredFields.includes(field) || (field === 'mirror' && allowed.whose === 'secret-state')
  return [checkField(place, field, allowed), isStructured && `${place}: ${field} is a list or an object, and no text`]
}

/** An object with the members of two forms would be read as one of them, and nobody could tell which was meant. */
function checkFormMembers(shape: ObjectShape): string | null {
  const members = Object.keys(shape)
  const [form = '', ...others] = members.filter(name => name.startsWith('$'))
  const own = forms[form]
  if (others.length > 0) return `must be one form, not ${[form, ...others].join(' and ')}`
  if (own === undefined) return `has no form ${form}; there are ${Object.keys(forms).join(', ')}`
  const foreign = members.find(name => name !== form && !own.includes(name))
  if (foreign !== undefined) return `must not have ${foreign} beside ${form}`
  const absent = own.find(name => name !== 'order' && !members.includes(name))
  return absent === undefined ? null : `needs ${absent} beside ${form}`
}

function checkForm(place: string, form: Form, allowed: Allowed): readonly Fault[] {
  if ('$list' in form) return form.$list.flatMap((item, index) => checkShape(`${place}.${index}`, item, allowed))
  if ('$text' in form) return fieldsInText(form.$text).flatMap(name => checkText(place, name, allowed))
  const [name = ''] = shapeFields(form)
  const field = checkField(place, name, allowed)
  if ('$constant' in form) return []
  if ('$first' in form || '$number' in form) {
    return [...checkText(place, name, allowed), checkNoTime(place, name)]
  }
  if ('$each' in form) return [field, ...checkItems(place, form)]
  if ('$time' in form) return [field || checkTime(place, name, allowed), checkFormat(place, form.format)]
  if ('$words' in form) {
    const faults = faultsIn([...checkText(place, name, allowed), checkNoTime(place, name)])
    return faults.length > 0 ? faults : checkWords(place, form, allowed)
  }
  return [field]
}

function checkNoTime(place: string, field: string): Fault {
  return isTime(field) && `${place}: ${field} is a time, and no text`
}

function checkTime(place: string, field: string, { fields, whose }: Allowed): Fault {
  const times = fields.filter(isTime).toSorted()
  return !isTime(field) && `${place}: ${field} is no time; ${whose} has ${times.join(', ') || 'none'}`
}

/** Words for values that the field never has. */
function checkWords(
  place: string,
  { $words: field, words }: Extract<Form, { readonly $words: string }>,
  { whose }: Allowed,
): readonly Fault[] {
  const values = valuesOf(field, whose)
  if (values === null) return []
  const [last = '', ...others] = values.toReversed()
  const all = others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`
  return Object.keys(words).map(
    word => !values.includes(word) && `${place}.words.${word} is no value of ${field}, which is ${all}`,
  )
}

/** Null: it may be any. */
function valuesOf(field: string, whose: string): readonly string[] | null {
  if (field === 'status' && whose === 'health') return ['ok']
  if (field === 'status' && whose === 'errors') return null
  return new Map<string, readonly string[]>(Object.entries(fieldValues)).get(field) ?? null
}

function checkFormat(place: string, format: string): Fault {
  return !timeFormats.some(each => each === format) && `${place}.format must be one of ${timeFormats.join(', ')}`
}

function checkItems(
  place: string,
  { $each, shape, order }: Extract<Form, { readonly $each: string }>,
): readonly Fault[] {
  const fields = new Map<string, readonly string[]>(Object.entries(itemFields)).get($each)
  if (fields === undefined)
    return [`${place}: ${$each} is no list of objects; ${Object.keys(itemFields).join(', ')} are`]
  return [
    order !== undefined && $each !== 'secrets' && `${place}: order belongs to secrets alone`,
    $each === 'secrets' && !showsWholeSecret(shape) && `${place}: secrets must show signingSecret, and the whole of it`,
    ...checkShape(`${place}.shape`, shape, { fields, whose: `an item of ${$each}` }),
  ]
}

/** A JSON number holds 15 digits whatever they are. */
function checkNumbers(ids: Contract['ids'], body: Shape<string>): readonly Fault[] {
  const asNumbers = formsIn(body).flatMap(form => ('$number' in form ? [form.$number] : []))
  return [
    asNumbers.includes('id') && numberDigits(ids) === null && '$number of id needs numeric ids of at most 15 digits',
    asNumbers.includes('signingSecret') && '$number must not be of signingSecret',
  ]
}

function formsIn(shape: Shape<string>): readonly Form[] {
  if (typeof shape === 'string' || isValue(shape)) return []
  if (!isForm(shape)) return Object.values(shape).flatMap(formsIn)
  const form: Form = shape
  if ('$list' in form) return form.$list.flatMap(formsIn)
  return '$each' in form ? [form, ...formsIn(form.shape)] : [form]
}

function isTime(field: string): boolean {
  return timeFields.some(each => each === field)
}

/** Fields that are lists or objects with times in them. */
const fieldsWithTimes = ['lastStatus', 'keys', 'rotations', 'records', 'attempts', 'deliveries', 'endpoints', 'secrets']

/** Whether the field is a time, or holds some. */
function holdsTime(field: string): boolean {
  return isTime(field) || fieldsWithTimes.includes(field)
}

/** The fields that are written in the contract's own format of times. */
function timesIn(shape: Shape<string>): string {
  if (isValue(shape)) return ''
  if (typeof shape === 'string') return holdsTime(shape) ? shape : ''
  if (!isForm(shape)) return Object.values(shape).map(timesIn).find(Boolean) ?? ''
  const form: Form = shape
  if ('$time' in form) return ''
  if ('$list' in form) return form.$list.map(timesIn).find(Boolean) ?? ''
  if ('$each' in form) return timesIn(form.shape)
  return shapeFields(shape).find(holdsTime) ?? ''
}

function showsTime(shape: Shape<string>): boolean {
  return timesIn(shape) !== ''
}
