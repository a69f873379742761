import { contentTokens, separatorsOf, signaturesOf, signsPart } from '../verify/content'
import { type KeyBytes, keyBytes } from '../verify/key-bytes'
import type { Scheme, SignatureHeader, SignedPart } from '../verify/schemes'
import type { Contract } from './contract'
import { standardDelivery } from './defaults'
import { type Fault, fitsEncoding, isLowerCaseToken } from './fault'
import { bitsOf, newText } from './secret-text'
import { rule, type Rule } from './rule'
import { keyBytesOf, secretKeyOf } from './secret-key'

type Signed = Pick<Contract, 'secret' | 'signing'>

const leastSecretBits = 120
/** How much of a secret a mask may show beyond its prefix, which is no secret. */
const mostShown = 8

function checkSecret(contract: Signed): readonly Fault[] {
  const { secret, signing } = contract
  const { mask, prefix, encoding } = secret
  const hasBytes = !['alphanumeric', 'upper-alphanumeric', 'uuid'].includes(encoding)
  return [
    !fitsEncoding(secret) && 'secret.bytes does not fit the encoding',
    bitsOf(secret) < leastSecretBits && `secret must have ${leastSecretBits} bits`,
    prefix !== prefix.trimStart() && 'secret.prefix must not begin with a space',
    mask !== undefined && mask.first + mask.last > prefix.length + mostShown && 'secret.mask shows too much',
    mask !== undefined && (mask.first < 0 || mask.last < 0) && 'secret.mask must not count below 0',
    secret.key === undefined &&
      secretKeyOf(contract) === 'bytes' &&
      !hasBytes &&
      `secret.encoding must have bytes, which are the key by signing.keyBytes, and ${encoding} has none; or say by secret.key that text or text-after-prefix is the key`,
    secret.key === 'bytes' &&
      !hasBytes &&
      `secret.key bytes needs an encoding that has bytes, not ${encoding}; text and text-after-prefix take any`,
    fitsEncoding(secret) && !canKey(contract) && 'secret must be one that its scheme can sign with',
    fitsEncoding(secret) &&
      hasBytes &&
      secret.key === undefined &&
      !readsWithScheme(contract) &&
      `secret must make the keys that receivers read by signing.keyBytes, ${named(signing.keyBytes)}, and makes those of ${named(secret)}: change either, or say by secret.key what the key is`,
  ]
}

/** Whether secrets in the format are keys, whatever their bytes are. */
function canKey(contract: Signed): boolean {
  return samplesOf(contract).every(text => keyOf(text, keyBytesOf(contract)) !== null)
}

/** Whether a receiver that knows nothing but the scheme makes the same keys of the contract's secrets. */
export function readsWithScheme(contract: Signed): boolean {
  const own = keyBytesOf(contract)
  return samplesOf(contract).every(text => keyOf(text, contract.signing.keyBytes) === keyOf(text, own))
}

/** Secrets with every character that the encoding has beside letters and digits. */
function samplesOf({ secret }: Signed): readonly string[] {
  return [0, 127, 251, 255].map(byte => newText(secret, count => Buffer.alloc(count, byte)))
}

/** In hex; null: the text is no key. */
function keyOf(text: string, format: KeyBytes): string | null {
  try {
    return keyBytes(text, format).toString('hex') || null
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

function named({ prefix, encoding }: { readonly prefix: string; readonly encoding: string }): string {
  return prefix === '' ? encoding : `${encoding} after ${JSON.stringify(prefix)}`
}

/** How deliveries are signed. What a content that says nothing would mean is not asked. */
export const signingRules: readonly Rule[] = [
  rule(['secret', 'signing'], checkSecret),
  rule(['signing'], ({ signing }) => [contentFault(signing)]),
  rule(['signing', 'delivery'], ofContent(checkHeaders)),
  rule(['signing'], ofContent(checkParts)),
  rule(['signing', 'tenant'], ofContent(checkSeparators)),
  rule(['signing'], ofContent(checkForms)),
  rule(['signing', 'overlap'], ofContent(checkPrevious)),
  rule(['signing', 'delivery'], ofContent(checkInBody)),
  rule(['delivery'], checkDelivery),
]

function ofContent<Read extends Pick<Contract, 'signing'>>(
  check: (contract: Read) => readonly Fault[],
): (contract: Read) => readonly Fault[] {
  return contract => (contentFault(contract.signing) === false ? check(contract) : [])
}

function contentFault(signing: Scheme): string | false {
  try {
    for (const { content } of signaturesOf(signing)) contentTokens(content)
    return false
  } catch (error) {
    if (error instanceof TypeError) return `signing: ${error.message}`
    throw error
  }
}

/** Headers that a delivery would carry twice, and names that are none. */
function checkHeaders({
  signing,
  delivery = standardDelivery,
}: Pick<Contract, 'signing' | 'delivery'>): readonly Fault[] {
  const { id, timestamp, tenant } = signing
  const lists = [id, timestamp, tenant, ...signaturesOf(signing).map(({ header }) => header)]
  const written = [...lists.flatMap(([name]) => name ?? []), ...Object.keys(delivery.headers)]
  const names = written.map(name => name.toLowerCase())
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return [
    twice !== undefined && `signing and delivery.headers must not write the header ${twice} twice`,
    ...Object.entries(delivery.headers).map(
      ([name, part]) =>
        typeof part !== 'string' &&
        !/^[!-~](?:[ -~]*[!-~])?$/.test(part.$constant) &&
        `delivery.headers.${name} must be visible ASCII`,
    ),
    ...lists.flat().map(name => !isLowerCaseToken(name) && `signing: ${name} must be the lower-case name of a header`),
    ...lists.map(
      list =>
        list.length > 0 && list.length !== namings(signing) && 'signing: each header needs one name in each naming',
    ),
  ]
}

function namings({ signature, inBody }: Scheme): number {
  return inBody === undefined ? signature.header.length : 1
}

/** A part that is signed and that no header carries could be verified by nobody. */
function checkParts({ signing: scheme }: Pick<Contract, 'signing'>): readonly Fault[] {
  const { id, timestamp, tenant, inBody, signature } = scheme
  const has: Readonly<Record<SignedPart, boolean>> = {
    id: id.length > 0 || inBody?.id !== undefined,
    timestamp: timestamp.length > 0 || inBody?.timestamp !== undefined || signature.form === 'timestamped',
    tenant: tenant.length > 0,
    url: true,
  }
  const unsaid = (['id', 'timestamp', 'tenant'] as const).filter(part => signsPart(scheme, part) && !has[part])
  const signsBody = ({ content }: SignatureHeader): boolean => content.includes('{body}')
  return [
    ...unsaid.map(part => `signing.${part} must name a header, since the ${part} is signed`),
    inBody === undefined && !signaturesOf(scheme).every(signsBody) && 'signing: the content must have {body}',
    ...signaturesOf(scheme).map(
      ({ content }) => content.split('{body}').length > 2 && 'signing: the content must have {body} once',
    ),
    inBody === undefined && signature.header.length === 0 && 'signing.signature.header must name a header',
    inBody !== undefined &&
      signature.header.length > 0 &&
      'signing.signature.header must be empty, since inBody says where it stands',
    inBody !== undefined && scheme.weaker !== undefined && 'signing.weaker has no place beside inBody',
    inBody !== undefined && scheme.previous !== undefined && 'signing.previous has no place beside inBody',
  ]
}

/** What keeps the parts apart must not be what ids and times are made of. */
function checkSeparators({ signing, tenant }: Pick<Contract, 'signing' | 'tenant'>): readonly Fault[] {
  const owners = tenant.ownerKinds === undefined ? [] : [':']
  const unfit = (part: SignedPart, isUnfit: (separator: string) => boolean): Fault => {
    const separator = separatorsOf(signing, part).find(isUnfit)
    if (separator === undefined) return false
    return `signing: ${separator === '' ? 'nothing' : JSON.stringify(separator)} does not keep the ${part} apart from what follows`
  }
  return [
    unfit('id', separator => separator === '' || /[\w-]/.test(separator)),
    unfit('tenant', separator => separator === '' || /[\w-]/.test(separator) || owners.includes(separator)),
    unfit('timestamp', separator => /\d/.test(separator)),
  ]
}

function checkDelivery({ delivery = standardDelivery }: Pick<Contract, 'delivery'>): readonly Fault[] {
  const names = Object.keys(delivery.headers)
  return [
    ...names.map(name => !isLowerCaseToken(name) && `delivery.headers.${name} must be a header in lower case`),
    typeof delivery.success !== 'string' &&
      !(delivery.success.length > 0 && delivery.success.every(status => status >= 200 && status <= 599)) &&
      'delivery.success must be 2xx, or statuses from 200 to 599',
  ]
}

function checkPrevious({ signing, overlap }: Pick<Contract, 'signing' | 'overlap'>): readonly Fault[] {
  return [
    signing.previous !== undefined &&
      overlap.kind === 'none' &&
      'signing.previous is never written, since overlap none ends the key before at once',
  ]
}

function checkInBody({
  signing,
  delivery = standardDelivery,
}: Pick<Contract, 'signing' | 'delivery'>): readonly Fault[] {
  return [
    signing.inBody !== undefined &&
      delivery.body === 'payload' &&
      'signing.inBody needs an envelope, not delivery.body payload',
  ]
}

function checkForms({ signing }: Pick<Contract, 'signing'>): readonly Fault[] {
  const { signature, weaker, previous, inBody, timestamp, isoTime, milliseconds } = signing
  const isPlain = (header: SignatureHeader): boolean => header.form === 'single'
  return [
    previous !== undefined &&
      !(isPlain(signature) && isPlain(previous)) &&
      'signing.previous belongs to single signatures',
    signature.form === 'timestamped' &&
      timestamp.length > 0 &&
      'signing.timestamp must be empty, since a timestamped signature has it',
    weaker !== undefined && weaker.form !== signature.form && 'signing.weaker must have the form of signing.signature',
    inBody !== undefined && !isPlain(signature) && 'signing.inBody holds a single signature',
    isoTime !== undefined && milliseconds === true && 'signing.isoTime has no place beside signing.milliseconds',
    ...signaturesOf(signing).flatMap(checkPrefixes),
  ]
}

/** Nobody may be able to read the end of one signature, or its beginning, elsewhere than where it was written. */
function checkPrefixes({ form, separator, prefix, olderPrefix }: SignatureHeader): readonly Fault[] {
  const end = separator?.[0] ?? ''
  const prefixes = olderPrefix === undefined ? [prefix] : [prefix, olderPrefix]
  const areAlike = olderPrefix !== undefined && (prefix.startsWith(olderPrefix) || olderPrefix.startsWith(prefix))
  return [
    separator !== undefined && form === 'single' && 'signing: a separator belongs to list and timestamped',
    separator !== undefined &&
      !/^(?: |[,;|] ?)$/.test(separator) &&
      'signing: a separator must be a space, or one of , ; | with or without a space after it',
    separator !== undefined &&
      prefixes.some(each => each.includes(end) || each.startsWith(' ')) &&
      `signing: the separator ${JSON.stringify(end)} must stand in no prefix, nor may one begin with a space`,
    olderPrefix !== undefined && form === 'single' && 'signing: olderPrefix belongs to list and timestamped',
    areAlike && 'signing: neither prefix nor olderPrefix may begin with the other',
    form === 'timestamped' &&
      prefixes.some(each => each.startsWith('t=')) &&
      'signing: a prefix must not begin with t=, which is where the timestamp stands',
  ]
}
