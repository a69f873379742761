import type { Contract } from '../contracts/contract'
import { addSeconds } from '../rotation/instant'

type Chosen = Extract<Contract['overlap'], { readonly kind: 'chosen' }>

/** The JSON body that asks for the overlap, or null: the vendor's default is right, or it has nothing to choose. */
export function overlapBody(
  { contract, overlapSeconds }: { readonly contract: Contract; readonly overlapSeconds: number | null },
  now: Date,
): string | null {
  if (contract.overlap.kind !== 'chosen' || overlapSeconds === null) return null
  return JSON.stringify({ [contract.overlap.field]: written(contract.overlap, overlapSeconds, now) })
}

/** @throws {RangeError} when the contract has no word for that length */
function written({ unit, words = {} }: Chosen, seconds: number, now: Date): number | string | boolean {
  switch (unit) {
    case 'seconds':
      return seconds
    case 'minutes':
      return seconds / 60
    case 'hours':
      return seconds / 3600
    case 'iso-duration':
      return `PT${seconds}S`
    case 'instant':
      return addSeconds(now, seconds).toISOString()
    case 'boolean':
      return seconds > 0
    case 'words': {
      const word = Object.entries(words).find(([, length]) => length === seconds)?.[0]
      if (word === undefined) throw new RangeError(`the contract has no word for an overlap of ${seconds} seconds`)
      return word
    }
  }
}
