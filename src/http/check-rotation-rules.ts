import type { Contract, Overlap } from '../contracts/contract'
import type { Fault } from './contract-fault'

/** What is wrong with a contract's rules for rotations. */
export function checkRotationRules(contract: Contract): readonly Fault[] {
  const { secondRotation, cooldownSeconds, idempotencyKey, vendorReplays, apiVersions } = contract
  return [
    ...checkOverlap(contract.overlap),
    ...checkRotateBody(contract),
    secondRotation.kind === 'keep' &&
      !(Number.isInteger(secondRotation.maximumLiveKeys) && secondRotation.maximumLiveKeys >= 2) &&
      'secondRotation.maximumLiveKeys must be 2 at least',
    !isSeconds(cooldownSeconds) && 'cooldownSeconds must be a whole number, 0 for none',
    vendorReplays && idempotencyKey === 'off' && 'vendorReplays needs an idempotencyKey',
    apiVersions?.known.length === 0 && 'apiVersions.known must not be empty',
  ]
}

function checkOverlap(overlap: Overlap): readonly Fault[] {
  if (overlap.kind === 'none') return []
  if (overlap.kind === 'fixed')
    return [(!isSeconds(overlap.seconds) || overlap.seconds === 0) && 'overlap.seconds must be 1 at least']
  const { unit, words, defaultSeconds, maximumSeconds, field } = overlap
  const lengths = Object.values(words ?? {})
  return [
    field === '' && 'overlap.field must not be empty',
    ![defaultSeconds, maximumSeconds].every(isSeconds) && 'overlap must count whole seconds',
    defaultSeconds > maximumSeconds && 'overlap.defaultSeconds must not exceed overlap.maximumSeconds',
    unit === 'boolean' && defaultSeconds === 0 && 'overlap.defaultSeconds must be 1 at least: it is what true means',
    (unit === 'words') !== (words !== undefined) && 'overlap.words belongs to the unit words, and to no other',
    unit === 'words' && lengths.length === 0 && 'overlap.words must not be empty',
    !lengths.every(seconds => isSeconds(seconds) && seconds <= maximumSeconds) &&
      'overlap.words must be whole seconds up to overlap.maximumSeconds',
  ]
}

function checkRotateBody({ rotateBody, overlap, secret, secondRotation }: Contract): readonly Fault[] {
  const { ownSecret, reason, force } = rotateBody ?? {}
  const chosen = overlap.kind === 'chosen' ? [overlap.field] : []
  const fields = [...chosen, ...[ownSecret, reason, force].flatMap(rule => rule?.field ?? [])]
  const fits = (least: number, most: number): boolean => least >= 1 && least <= secret.bytes && secret.bytes <= most
  return [
    new Set(fields).size < fields.length && 'rotateBody must not use a field twice',
    ownSecret !== undefined &&
      !fits(ownSecret.minimumBytes, ownSecret.maximumBytes) &&
      'rotateBody.ownSecret must accept the length of secret.bytes',
    force !== undefined && secondRotation.kind !== 'reject' && 'rotateBody.force needs secondRotation reject',
  ]
}

function isSeconds(value: number): boolean {
  return Number.isInteger(value) && value >= 0
}
