import type { Contract, Operation, TextFormat } from './contract'
import { type Use, usesOfRotate } from './dimensions'
import { type Fault, isSeconds, isToken } from './fault'
import {
  type ChosenOverlap,
  isSayable,
  isWithin,
  jsonOfWord,
  leastTaken,
  marginSeconds,
  mustBeSaid,
  rounded,
  saysInstant,
  secondsIn,
} from './overlap'
import { isPresence, isTextPlace, isWantedForm, parsePlace, placeName, placesOf, type PlaceText } from './place'
import type { Json } from './shape'
import { parseTemplate } from './routes'
import { rule, type Rule } from './rule'
import { mayBeginWithPrefix, newText } from './secret-text'

type Placing = Pick<Contract, 'overlap' | 'rotateBody' | 'idempotencyKey'>

/** What requests may say. */
export const requestRules: readonly Rule[] = [
  rule(['overlap'], checkOverlap),
  rule(['overlap', 'operations'], ({ overlap, operations }) => [
    overlap.kind === 'chosen' &&
      operations.length > 0 &&
      operations.every(({ use }) => use !== 'rotate') &&
      'overlap.field can be said by no request, since nothing rotates',
  ]),
  rule(['overlap', 'rotateBody', 'idempotencyKey'], contract =>
    placesOf(contract).map(([member, place]) => checkPlace(member, place)),
  ),
  rule(['overlap', 'rotateBody', 'idempotencyKey', 'operations'], checkReaches),
  rule(['rotateBody'], checkRotateBody),
  rule(['rotateBody', 'secret'], checkOwnSecret),
  rule(['publishes', 'rotateBody', 'overlap'], checkPublishes),
  rule(['rotateBody', 'secondRotation'], ({ rotateBody, secondRotation }) => [
    rotateBody?.force !== undefined &&
      secondRotation?.kind !== 'reject' &&
      'rotateBody.force needs secondRotation reject',
  ]),
]

/** Whatever a rotation may say must be sayable in each of its operations. */
function checkReaches(contract: Placing & Pick<Contract, 'operations'>): readonly Fault[] {
  const rotations = [...contract.operations].filter(({ use }) => use === 'rotate')
  return [
    ...rotations.flatMap(operation =>
      placesOf(contract).map(([member, place]) => checkReach(member, place, operation)),
    ),
    ...[...contract.operations].map(operation => checkRequiredKey(contract, operation)),
    ...[...contract.operations].flatMap(operation => checkWhen(contract, operation)),
  ]
}

function checkRotateBody({ rotateBody }: Pick<Contract, 'rotateBody'>): readonly Fault[] {
  const { reason, constants = {} } = rotateBody ?? {}
  return [
    ...Object.entries(constants).map(
      ([place, value]) =>
        isTextPlace(place) &&
        typeof value === 'object' &&
        `rotateBody.constants.${place} must be a text, a number or a boolean`,
    ),
    reason !== undefined &&
      !(Number.isInteger(reason.maximumCharacters) && reason.maximumCharacters >= 1) &&
      'rotateBody.reason.maximumCharacters must be a whole number, 1 at least',
  ]
}

function checkOwnSecret({ rotateBody, secret }: Pick<Contract, 'rotateBody' | 'secret'>): readonly Fault[] {
  const { ownSecret } = rotateBody ?? {}
  const made = ownSecret?.free ? textBytes(secret) : secret.bytes
  const fits = (least: number, most: number): boolean => least >= 1 && least <= made && made <= most
  return [
    ownSecret !== undefined &&
      !fits(ownSecret.minimumBytes, ownSecret.maximumBytes) &&
      `rotateBody.ownSecret must accept the length of ${ownSecret.free ? 'a secret in the contract’s format' : 'secret.bytes'}`,
    ownSecret?.optionalPrefix === true &&
      (ownSecret.free === true || mayBeginWithPrefix(secret)) &&
      'rotateBody.ownSecret.optionalPrefix needs a prefix that no secret without it can begin with, and a secret that is not free',
  ]
}

const day = 24 * 60 * 60
const leads = [1, 7 * day] as const
const overlaps = [600, 7 * day] as const

type Publishing = Pick<Contract, 'publishes' | 'rotateBody' | 'overlap'>

function checkPublishes({ publishes, rotateBody, overlap }: Publishing): readonly Fault[] {
  if (publishes === undefined) return []
  const { leadSeconds = leads[0], overlapSeconds = overlaps[0] } = publishes
  const isIn = (value: number, [least, most]: readonly [number, number]) =>
    Number.isInteger(value) && least <= value && value <= most
  return [
    !isIn(leadSeconds, leads) && `publishes.leadSeconds must be a whole number, ${leads.join(' to ')}`,
    !isIn(overlapSeconds, overlaps) && `publishes.overlapSeconds must be a whole number, ${overlaps.join(' to ')}`,
    rotateBody?.publish !== undefined && 'publishes must not stand beside rotateBody.publish: the caller chooses there',
    overlap.kind === 'chosen' && 'publishes needs an overlap that the caller does not choose',
  ]
}

/** How long a text in the format is. */
function textBytes(format: TextFormat): number {
  return newText(format, count => Buffer.alloc(count)).length
}

function checkPlace(member: string, text: PlaceText): Fault {
  const place = parsePlace(text)
  switch (place.in) {
    case 'body':
      return place.path.includes('') && `${member} must not be empty`
    case 'query':
      return !/^[\w.[\]-]+$/.test(place.name) && `${member} must name a member of the query, like ?hours`
    case 'path':
      return !/^\{\w+\}$/.test(text) && `${member} must name a parameter of the path, like {hours}`
    case 'header':
      return !isToken(place.name) && `${member} must name a header, like X-Hours:`
  }
}

/** A place that no request can reach. */
function checkReach(member: string, text: PlaceText, { method, path }: Operation): Fault {
  const place = parsePlace(text)
  const name = `operation ${method} ${path}`
  if (place.in === 'body') {
    return (method === 'GET' || method === 'DELETE') && `${name}: has no body, in which ${member} could stand`
  }
  if (place.in !== 'path') return false
  const hasIt = parseTemplate(path).some(segment => segment.kind === 'parameter' && segment.name === place.name)
  return !hasIt && `${name}: path must have ${text}, which ${member} names`
}

/** Those that read an idempotency key besides rotations, whose path alone may have parameters of the contract's own. */
const usesWithKey: readonly Use[] = usesOfRotate.filter(use => use !== 'rotate' && use !== 'reveal')

/** Requests that are no rotation, and would be refused for good without a key that they cannot say. */
function checkRequiredKey({ idempotencyKey }: Pick<Contract, 'idempotencyKey'>, operation: Operation): Fault {
  const { use, method, path } = operation
  if (!usesWithKey.includes(use)) return false
  if (typeof idempotencyKey !== 'object' || idempotencyKey.rule !== 'required') return false
  if (parsePlace(idempotencyKey.in).in !== 'path') return false
  return `operation ${method} ${path}: idempotencyKey.in must not be a parameter of the path, since ${use} requires a key and has no such parameter`
}

/** The parameters that a rotation's path has besides those of the endpoint. */
export function chosenParameters(contract: Placing): readonly string[] {
  return placesOf(contract).flatMap(([, place]) => (parsePlace(place).in === 'path' ? placeName(place) : []))
}

function checkWhen(contract: Placing & Pick<Contract, 'operations'>, operation: Operation): readonly Fault[] {
  const { operations } = contract
  const { when, use, method, path, access } = operation
  if (when === undefined) return []
  const name = `operation ${method} ${path}`
  const others = [...operations].filter(other => other !== operation && other.method === method && other.path === path)
  return [
    use !== 'rotate' && `${name}: when belongs to the use rotate alone`,
    Object.keys(when).length === 0 && `${name}: when must not be empty`,
    ...Object.entries(when)
      .map(([place, wanted]) => checkWanted(contract, place, wanted))
      .map(fault => fault && `${name}: ${fault}`),
    ...Object.keys(when).map(place => checkReach('when', place, operation) || checkPlace('when', place)),
    access !== undefined &&
      (others.length !== 1 || others[0]?.use !== 'update') &&
      `${name}: when needs one operation update with the same method and path, for requests that are no rotation`,
  ]
}

/** A value that may be any must be one that each rotation says, or the hook's would be none. */
function checkWanted({ overlap, rotateBody }: Placing, place: PlaceText, wanted: Json): Fault {
  if (!isWantedForm(wanted)) return checkWantedValue(place, wanted)
  if (!isPresence(wanted)) return `when.${place} must be a value, or { $present: true }`
  const { ownSecret, reason } = rotateBody ?? {}
  const said = [
    ownSecret?.required === true ? ownSecret.field : [],
    reason?.required === true ? reason.field : [],
    overlap.kind === 'chosen' && mustBeSaid(overlap) ? overlap.field : [],
  ].flat()
  return !said.includes(place) && `when.${place} may be any value only where each rotation must say one`
}

function checkWantedValue(place: PlaceText, wanted: Json): Fault {
  const form = formWithin(wanted)
  if (form !== undefined) {
    return `when.${place} must not hold the form ${form}: write the place of the member, like ${place}.b`
  }
  return isTextPlace(place) && typeof wanted === 'object' && `when.${place} must be a text, a number or a boolean`
}

/** The first name of a form in the value. */
function formWithin(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries: readonly (readonly [string, Json])[] = Object.entries(value)
  return entries.map(([name, member]) => (name.startsWith('$') ? name : formWithin(member))).find(Boolean)
}

function checkOverlap({ overlap }: Pick<Contract, 'overlap'>): readonly Fault[] {
  if (overlap.kind === 'none') return []
  if (overlap.kind === 'chosen') return checkChosen(overlap)
  const isLength = overlap.seconds === 'endless' || (isSeconds(overlap.seconds) && overlap.seconds > 0)
  return [!isLength && 'overlap.seconds must be 1 at least, or endless']
}

function checkChosen(overlap: ChosenOverlap): readonly Fault[] {
  const { unit, words, defaultSeconds, minimumSeconds = 0, maximumSeconds, rounded: rule, required } = overlap
  const lengths = Object.values(words ?? {})
  const isLength = (span: unknown): boolean => span === 'endless' || isSeconds(span)
  const isAbove = typeof defaultSeconds === 'number' && defaultSeconds > maximumSeconds
  const names = Object.keys(words ?? {}).map(name => JSON.stringify(jsonOfWord(name)))
  const step = secondsIn[unit] ?? 1
  // Whoever clamps or rounds takes any number.
  const countsWhole = unit !== 'words' && overlap.clamped === undefined && rule === undefined
  return [
    ![minimumSeconds, maximumSeconds].every(isSeconds) && 'overlap must count whole seconds',
    !isLength(defaultSeconds) && 'overlap must count whole seconds',
    isAbove && 'overlap.defaultSeconds must not exceed overlap.maximumSeconds',
    minimumSeconds > maximumSeconds && 'overlap.minimumSeconds must not exceed overlap.maximumSeconds',
    countsWhole &&
      minimumSeconds <= maximumSeconds &&
      Math.ceil(minimumSeconds / step) * step > maximumSeconds &&
      `overlap.unit ${unit} has no whole number from overlap.minimumSeconds to overlap.maximumSeconds, of which one must be a multiple of ${step}`,
    saysInstant(overlap) &&
      overlap.clamped === undefined &&
      minimumSeconds <= maximumSeconds &&
      maximumSeconds - leastTaken(overlap) < marginSeconds &&
      `overlap.maximumSeconds must be ${marginSeconds} at least above overlap.minimumSeconds, since of the unit ${unit} less is left when a request arrives`,
    (unit === 'words') !== (words !== undefined) && 'overlap.words belongs to the unit words, and to no other',
    unit === 'words' && lengths.length === 0 && 'overlap.words must not be empty',
    !lengths.every(span => span === 'endless' || (isSeconds(span) && isWithin(overlap, span))) &&
      'overlap.words must be whole seconds from overlap.minimumSeconds to overlap.maximumSeconds, or endless',
    lengths.length > 0 &&
      required !== true &&
      !lengths.includes(defaultSeconds) &&
      `overlap.defaultSeconds must be the length of one of the words: ${names.join(', ')}`,
    mustBeSaid(overlap) &&
      !(
        isSayable(overlap, defaultSeconds) &&
        (unit === 'words' || isWithin(overlap, rounded(overlap, defaultSeconds)))
      ) &&
      'overlap.defaultSeconds must be one that a request can say, since each has to say one',
    unit === 'words' && overlap.clamped !== undefined && 'overlap.clamped has nothing to clamp in words',
    overlap.clamped !== undefined &&
      minimumSeconds % (rule?.toSeconds ?? 1) !== 0 &&
      'overlap.minimumSeconds must be a multiple of overlap.rounded.toSeconds, since lengths are clamped to it',
    unit === 'words' && rule !== undefined && 'overlap.rounded has nothing to round in words',
    rule !== undefined &&
      !(isSeconds(rule.toSeconds) && rule.toSeconds > 0) &&
      'overlap.rounded.toSeconds must be 1 at least',
    rule !== undefined &&
      maximumSeconds % rule.toSeconds !== 0 &&
      'overlap.maximumSeconds must be a multiple of overlap.rounded.toSeconds',
  ]
}
