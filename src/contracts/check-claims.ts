import { isDeepStrictEqual } from 'node:util'
import type { Contract } from './contract'
import { headerOfPlace, placesOf as credentialPlacesOf } from './credential-places'
import { type Fault } from './fault'
import {
  isPresence,
  isTextPlace,
  parsePlace,
  type Place,
  placesOf,
  type PlaceText,
  valueText,
  whenConstants,
} from './place'
import { operationRule, type OperationRule, rule, type Rule } from './rule'
import type { Json } from './shape'

// Each place of a request belongs to one member of the contract: of two that claim it, no request could say both.

/** A member that names a place in requests, or has one by itself. */
interface Claim {
  readonly member: string
  readonly place: Place
}

const claimants = [
  'credentials',
  'tenant',
  'apiVersions',
  'idempotencyKey',
  'client',
  'overlap',
  'rotateBody',
] as const satisfies readonly (keyof Contract)[]

type Claiming = Pick<Contract, (typeof claimants)[number]>

export const claimRules: readonly Rule[] = [rule(claimants, checkClaims), rule(['overlap', 'rotateBody'], checkSayable)]

/** Of an operation's `when`. */
export const whenRules: readonly OperationRule[] = [
  operationRule(claimants, ['when'], (contract, { when = {} }) => {
    const claims = claimsOf(contract)
    return Object.entries(when).map(([place, wanted]) => checkWhenPlace(contract, claims, { place, wanted }))
  }),
  operationRule([], ['when'], (_, { when = {} }) =>
    twice(Object.keys(when).map(place => ({ member: `when.${place}`, place: parsePlace(place) }))),
  ),
  operationRule([], ['when'], (_, operation) =>
    whenConstants(operation).map(([place, value]) => checkText(`when.${place}`, place, valueText(value))),
  ),
]

/** Places that two members claim. A credential may stand in one header in two ways. */
function checkClaims(contract: Claiming): readonly Fault[] {
  const claims = claimsOf(contract)
  return [...claims.map(checkWriter), ...twice(claims)]
}

/** Each place that stands at another's, or one within the other's. */
function twice(claims: readonly Claim[]): readonly Fault[] {
  return claims.map((claim, index) => {
    const other = claims.slice(0, index).find(each => each.member !== claim.member && areOne(each.place, claim.place))
    return other !== undefined && refused(claim, other)
  })
}

interface Wanted {
  readonly place: PlaceText
  readonly wanted: Json
}

function checkWhenPlace({ rotateBody }: Claiming, claims: readonly Claim[], { place: text, wanted }: Wanted): Fault {
  const claim = { member: `when.${text}`, place: parsePlace(text) }
  const other = claims.find(each => areOne(each.place, claim.place))
  if (other === undefined) return checkWriter(claim)
  // What each rotation says anyway, as `check-requests.ts` asks.
  if (isPresence(wanted) && isSame(other.place, claim.place)) return false
  const constants = rotateBody?.constants ?? {}
  const constant = Object.hasOwn(constants, text) ? constants[text] : undefined
  if (constant === undefined) return refused(claim, other)
  return (
    !areSaidAlike(text, constant, wanted) &&
    `${claim.member} must be ${JSON.stringify(constant)}, as ${other.member} is`
  )
}

/** Whether one request says both: elsewhere than in a body it says a text. */
function areSaidAlike(place: PlaceText, one: Json, other: Json): boolean {
  return isTextPlace(place) ? valueText(one) === valueText(other) : isDeepStrictEqual(one, other)
}

function refused({ member, place }: Claim, other: Claim): string {
  if (place.in !== 'body') return refusedFor({ member, place }, other.member)
  return `${member} must not use a field twice: ${other.member} stands in ${textOf(other.place)}, and each needs a field of its own`
}

function textOf(place: Place): string {
  return place.in === 'body' ? place.path.join('.') : place.name
}

function refusedFor({ member, place }: Claim, whose: string): string {
  return `${member} must not be ${textOf(place)}, which is that of ${whose}`
}

/** Headers that HTTP, a proxy or the gateway writes, so that no client can. RFC 9110, RFC 9112 and RFC 7239. */
const ofHttp: readonly string[] = [
  ...(['host', 'connection', 'content-length', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect'] as const),
  ...(['content-type', 'content-encoding', 'keep-alive', 'proxy-connection', 'proxy-authorization'] as const),
  ...(['date', 'via', 'forwarded'] as const),
]
const beginningsOfProxies = ['x-forwarded-', 'x-amzn-', 'x-amz-']

/** Headers that a client writes of itself: the hook, a program or a browser. */
const ofCallers = ['accept', 'accept-encoding', 'accept-language', 'user-agent', 'origin', 'referer', 'cookie']

/** Headers that somebody else writes, so that two requests would say the same there. */
function checkWriter(claim: Claim): Fault {
  if (claim.place.in !== 'header') return false
  const name = claim.place.name.toLowerCase()
  if (ofHttp.includes(name) || beginningsOfProxies.some(beginning => name.startsWith(beginning)))
    return refusedFor(claim, 'HTTP itself')
  const isOfClient = claim.member.startsWith('client.headers.')
  return ofCallers.includes(name) && !isOfClient && refusedFor(claim, 'whoever calls')
}

/** Those that stand fast first. */
function claimsOf(contract: Claiming): readonly Claim[] {
  const { credentials, tenant, apiVersions, idempotencyKey = 'optional', client } = contract
  const header = (member: string, name: string): Claim => ({ member, place: { in: 'header', name } })
  const ofCredentials = credentialPlacesOf(credentials).map((place): Claim => {
    const name = headerOfPlace(place)
    if (name !== null) return header('credentials.in', name)
    return { member: 'credentials.in', place: { in: 'query', name: place.kind === 'query' ? place.name : '' } }
  })
  return [
    ...ofCredentials,
    { member: 'ids', place: { in: 'path', name: 'id' } },
    ...(tenant.from === 'path'
      ? [{ member: 'tenant.parameter', place: { in: 'path', name: tenant.parameter } } as const]
      : []),
    ...(tenant.from !== 'path' && tenant.header !== undefined ? [header('tenant.header', tenant.header)] : []),
    ...(apiVersions === undefined ? [] : [header('apiVersions.header', apiVersions.header)]),
    ...(typeof idempotencyKey === 'object' || idempotencyKey === 'off'
      ? []
      : [header('idempotencyKey', 'Idempotency-Key')]),
    ...placesOf(contract).map(([member, place]) => ({ member, place: parsePlace(place) })),
    ...Object.keys(client?.headers ?? {}).map(name => header(`client.headers.${name}`, name)),
    ...Object.keys(client?.sentBack ?? {}).map(name => ({
      member: `client.sentBack.${name}`,
      place: parsePlace(name),
    })),
  ]
}

/** Whether the places are the same, or one is an object of the body with the other in it. */
function areOne(one: Place, other: Place): boolean {
  if (one.in !== 'body' || other.in !== 'body') return isSame(one, other)
  const [outer, inner] = one.path.length < other.path.length ? [one.path, other.path] : [other.path, one.path]
  return outer.every((name, index) => inner[index] === name)
}

function isSame(one: Place, other: Place): boolean {
  if (one.in === 'body') return other.in === 'body' && isDeepStrictEqual(one.path, other.path)
  if (other.in !== one.in) return false
  if (one.in === 'header') return one.name.toLowerCase() === other.name.toLowerCase()
  return one.name === other.name
}

/** Texts that a request would lose on its way, so that none can say them. */
function checkSayable({ overlap, rotateBody }: Pick<Contract, 'overlap' | 'rotateBody'>): readonly Fault[] {
  const words = overlap.kind === 'chosen' ? Object.keys(overlap.words ?? {}) : []
  const field = overlap.kind === 'chosen' ? overlap.field : ''
  return [
    ...words.map(word => checkText(`overlap.words.${word}`, field, word)),
    ...Object.entries(rotateBody?.constants ?? {}).map(([place, value]) =>
      checkText(`rotateBody.constants.${place}`, place, valueText(value)),
    ),
  ]
}

function checkText(member: string, text: PlaceText, said: string): Fault {
  switch (parsePlace(text).in) {
    case 'body':
    case 'query':
      return false
    case 'header':
      return !/^[!-~](?:[ -~]*[!-~])?$/.test(said) && `${member} must be visible ASCII, since it stands in a header`
    case 'path':
      return (
        /^\.{0,2}$|\//.test(said) &&
        `${member} must be a segment of a path: not empty, not . or .., and without a slash`
      )
  }
}
