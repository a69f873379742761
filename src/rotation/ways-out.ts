import { type Contract, operationOf } from '../contracts/contract'
import { type ChosenOverlap, isSayable, isWithin, jsonOfWord, rounded } from '../contracts/overlap'
import { placeName } from '../contracts/place'

/** What a caller can do where a rotation is refused, in the words of the contract that it speaks. A way that it lacks is absent. */
export interface WaysOut {
  /** How to end retiring keys. */
  readonly revoke?: string
  /** How to rotate without an overlap. */
  readonly atOnce?: string
  /** How to force a second rotation. */
  readonly force?: string
  /** How to let a published key sign, and how to give it up. */
  readonly promote?: string
  readonly abandon?: string
}

/** The ways that requests in a dialect have at an endpoint of the contract. */
export function waysOutOf(dialect: Contract, contract: Contract): WaysOut {
  const callOf = (use: 'revoke-previous' | 'promote' | 'abandon'): string | null => {
    const operation = operationOf(dialect, use)
    return operation && `${operation.method} ${operation.path}`
  }
  const [revoke, promote, abandon] = [callOf('revoke-previous'), callOf('promote'), callOf('abandon')]
  const zero = endsAtOnce(contract) ? zeroIn(dialect) : null
  const { force } = dialect.rotateBody ?? {}
  return {
    ...(revoke && { revoke: `end the retiring keys by ${revoke}` }),
    ...(zero && { atOnce: `rotate with ${zero}` }),
    ...(force && { force: `say ${placeName(force.field)} true, which ends the retiring keys` }),
    ...(promote && { promote: `promote it by ${promote}` }),
    ...(abandon && { abandon: `abandon it by ${abandon}` }),
  }
}

/** Whether the contract lets a rotation that asks for it end the key before at once. */
function endsAtOnce({ overlap }: Contract): boolean {
  return overlap.kind === 'none' || (overlap.kind === 'chosen' && takesZero(overlap))
}

function takesZero(overlap: ChosenOverlap): boolean {
  return isSayable(overlap, 0) && isWithin(overlap, rounded(overlap, 0)) && rounded(overlap, 0) === 0
}

/** How a request says that it wants no overlap; null: it cannot, or only by the time of its arrival. */
function zeroIn({ overlap, rotateBody, publishes }: Contract): string | null {
  if (overlap.kind !== 'chosen' || publishes !== undefined || !takesZero(overlap)) return null
  const said = zeroOf(overlap)
  const signing = rotateBody?.publish === undefined ? '' : ` and ${placeName(rotateBody.publish.field)} now`
  return said && `${placeName(overlap.field)} ${said}${signing}`
}

function zeroOf({ unit, words = {} }: ChosenOverlap): string | null {
  switch (unit) {
    case 'seconds':
    case 'minutes':
    case 'hours':
    case 'days':
      return '0'
    case 'iso-duration':
      return 'PT0S'
    case 'instant':
    case 'unix-seconds':
      return null
    case 'words': {
      const word = Object.keys(words).find(name => words[name] === 0)
      return word === undefined ? null : JSON.stringify(jsonOfWord(word))
    }
  }
}

/** What is wrong, and the ways out of it, in one sentence. */
export function withWays(wrong: string, ways: readonly (string | undefined)[]): string {
  const [last, ...others] = ways.filter(way => way !== undefined).toReversed()
  if (last === undefined) return `${wrong}.`
  if (others.length === 0) return `${wrong}: ${last}.`
  return `${wrong}: ${others.toReversed().join('; ')}; or ${last}.`
}
