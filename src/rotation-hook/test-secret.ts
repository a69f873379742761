import type { Contract } from '../contracts/contract'
import { mask, matchesText } from '../contracts/secret-text'
import { secretsIn } from './document'
import { HookError } from './hook-error'
import type { HookDeps, ShownSecret, StepWork } from './ports'
import { faultOfNew, hasWhitespace } from './secret-fault'
import { VendorError } from './vendor-failure'

/**
 * Checks what can be checked of the pending secret: that it is one of the contract's, and the one that the vendor shows
 * a hint or a mask of. A vendor that cannot be asked is no reason to hold the secret back.
 * @throws {HookError} `secret-malformed`, `secret-with-whitespace`, `secret-differs`
 */
export async function testSecret(deps: HookDeps, { secretId, token }: StepWork): Promise<void> {
  const { rotatedSecret, contract, log } = deps
  const pending = await rotatedSecret.read(secretId, token)
  const [secret] = pending === null ? [] : secretsIn(pending)
  if (secret === undefined) {
    log.info('there is no pending secret to test', { contract: contract.name })
    return
  }
  const fault = faultOfNew(contract, secret)
  if (fault !== null) throw new HookError(fault, `it is no secret of ${contract.name}`)
  if (hasWhitespace(secret)) log.info('the secret has whitespace around it', { contract: contract.name })
  else if (!matchesText(contract.secret, secret)) {
    log.info('the secret has an unusual length', { contract: contract.name })
  }
  const shown = await lookIfPossible(deps)
  if (shown === null || isShown(contract, shown, secret)) return
  throw new HookError('secret-differs', 'the vendor has another current secret than the pending one')
}

async function lookIfPossible({ vendor, contract, log }: HookDeps): Promise<ShownSecret | null> {
  try {
    return await vendor.look()
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    log.info('the vendor could not be asked for a hint', { contract: contract.name, code: error.code })
    return null
  }
}

function isShown({ secret: format }: Contract, { hint, mask: shownMask }: ShownSecret, secret: string): boolean {
  return (hint === null || secret.endsWith(hint)) && (shownMask === null || shownMask === mask(format, secret))
}
