import { Buffer } from 'node:buffer'
import { createPublicKey } from 'node:crypto'
import { keyBytes, type KeyBytes } from '../verify/key-bytes'
import { type Finding, counted, likely, possible, proven } from './finding'
import { jsonObject, type NamedKey } from './given-key'

// What a text is that was given as a secret and is none, by how it looks.

/** How a kind of text is written: a prefix, then so many bytes encoded; `alphanumeric`: so many characters. */
export interface TextForm {
  readonly prefix: string
  readonly encoding: string
  readonly bytes: number
}

/** A sender whose texts may have been taken for one another's. */
export interface KnownSender {
  readonly name: string
  /** How its secrets look. */
  readonly secret?: TextForm | undefined
  readonly apiKey?: TextForm | undefined
}

export interface KindRules {
  readonly format: KeyBytes
  /** How the scheme's secrets look, where it is known. */
  readonly form: TextForm | undefined
  readonly known: readonly KnownSender[]
}

const whereItIs = 'Give the signing secret, as the sender showed it when it was made or rotated.'

/** What is wrong with the secret, as far as it can be seen without a signature; null: nothing. */
export function secretFault({ secret, name }: NamedKey, rules: KindRules): Finding | null {
  const text = secret.trim()
  const unquoted = text.replace(/^(["'`])(.*)\1$/s, '$2')
  const called = name.replace(/^(?:the secret|secret \d+)$/, found =>
    found.replace(/^[st]/, each => each.toUpperCase()),
  )
  if (text === '') return proven('secret-empty', `${called} is empty.`, whereItIs)
  const { form, format } = rules
  if (form !== undefined && hasForm(form, unquoted)) return surrounded(secret, text, name)
  return kindOf(unquoted, called, rules) ?? surrounded(secret, text, name) ?? formFault(unquoted, called, form, format)
}

function surrounded(secret: string, text: string, name: string): Finding | null {
  if (secret !== text) {
    const message = `There is whitespace around ${name}: ${counted(secret.length - text.length, 'character')}.`
    return likely('secret-whitespace', message, 'Store it without: printf %s writes no newline, echo does.')
  }
  if (!/^(["'`]).*\1$/s.test(text)) return null
  return likely('secret-quoted', `There are quotes around ${name}.`, 'Take them off.')
}

function kindOf(text: string, called: string, rules: KindRules): Finding | null {
  const is = (code: Finding['code'], what: string): Finding => likely(code, `${called} is ${what}.`, whereItIs)
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || text.startsWith('whsk_')) {
    return is('secret-is-private-key', 'a private key, and the scheme signs with a shared secret')
  }
  if (isPublicKey(text)) return is('secret-is-public-key', 'a public key, and the scheme signs with a shared secret')
  const object = jsonObject(text)
  if (object !== null) {
    return 'kty' in object
      ? is('secret-is-public-key', 'a JSON Web Key, and the scheme signs with a shared secret')
      : is('secret-is-document', 'a JSON document, and not a secret in it')
  }
  if (/^arn:aws[\w-]*:/.test(text)) return is('secret-is-name', 'the ARN of a secret, and not its value')
  if (/^(?:keyturn\/[\w.=-]+\/.+|projects\/.+\/secrets\/.+|vault:.+|op:\/\/.+)$/.test(text)) {
    return is('secret-is-name', 'the name of a secret, and not its value')
  }
  if (/^(?:\$\{?[A-Za-z_]\w*\}?|\$\{\{.*\}\}|\{\{.*\}\}|%\w+%|<[^>]*>|process\.env\.\w+)$/.test(text)) {
    return is('secret-is-placeholder', 'the name of a variable that nobody replaced')
  }
  if (
    /^(?:place_?holder|change_?me|your[\w -]*|todo|xxx+|secret|undefined|null|none|\[object \w+\]|\[secret\])$/i.test(
      text,
    )
  ) {
    return is('secret-is-placeholder', 'a placeholder')
  }
  if (/^https?:\/\//i.test(text)) return is('secret-is-url', 'a URL')
  if (/[•●∗…]|\*{3,}|\.{3,}/.test(text)) return is('secret-is-mask', 'a mask: what is shown of a secret afterwards')
  if (/^(?:v\d+[a-z]?,[A-Za-z0-9+/]{43}=|(?:sha256|v\d+)=[0-9a-f]{64})$/i.test(text)) {
    return is('secret-is-signature', 'a signature, and not what signs')
  }
  if (/^(?:key_[0-9a-f]{24}|key_[0-9a-z]{20}|ep_[0-9a-z]{24}|\d{10}-[0-9a-f]{32})$/.test(text)) {
    return is('secret-is-id', 'the id of a key, an endpoint or a version')
  }
  return credentialFault(text, called, rules) ?? shortFault(text, called, rules)
}

function credentialFault(text: string, called: string, { known, format, form }: KindRules): Finding | null {
  const bare = text.replace(/^Bearer\s+/i, '')
  const remedy = 'API keys call an API; deliveries are signed with the signing secret, which is another text.'
  const sender = known.find(({ apiKey }) => apiKey !== undefined && apiKey.prefix !== '' && hasForm(apiKey, bare))
  if (sender !== undefined) return likely('secret-is-api-key', `${called} is an API key of ${sender.name}.`, remedy)
  if (bare !== text || tokens.some(pattern => pattern.test(bare))) {
    return likely('secret-is-api-key', `${called} is an API key or an access token.`, remedy)
  }
  const other = known.find(({ secret }) => secret !== undefined && hasForm(secret, text))
  if (other !== undefined && other.secret !== undefined && !isKeyOf(form, format, text)) {
    const message = `${called} looks like a signing secret of ${other.name}, and not like one of this scheme.`
    return likely('secret-of-another-scheme', message, 'Give the secret of the sender that sent this request.')
  }
  return null
}

/** Well-known beginnings of credentials. */
const tokens: readonly RegExp[] = [
  /^kt_[\w-]{43}$/,
  /^kps_[\w-]{20,}$/,
  /^(?:sk|pk|rk)_(?:live_|test_)?[A-Za-z0-9]{16,}$/,
  /^sk-[\w-]{20,}$/,
  /^gh[a-z]_\w{20,}$/,
  /^[a-z]+_pat_\w{20,}$/,
  /^gl[a-z]+-[\w-]{20,}$/,
  /^xox[a-z]-[\w-]{10,}$/,
  /^(?:AKIA|ASIA)[A-Z0-9]{16}$/,
  /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/,
  /^[a-z][a-z0-9]{1,15}_(?:live|test|prod|key|api|pat)_[\w-]{16,}$/,
]

/** Whether the text can be one of this scheme's secrets, as far as that is known. */
function isKeyOf(form: TextForm | undefined, format: KeyBytes, text: string): boolean {
  if (form !== undefined) return hasForm(form, text)
  if (format.prefix !== '') return text.startsWith(format.prefix) && decodedLength(text, format) !== null
  return format.encoding !== 'utf8' && decodedLength(text, format) !== null
}

/** A secret has 24 bytes at least (Standard Webhooks 1.0.0); masks and hints are far shorter. */
const shortest = 10

function shortFault(text: string, called: string, { form }: KindRules): Finding | null {
  if (text.length >= shortest || (form !== undefined && hasForm(form, text))) return null
  const message = `${called} has ${counted(text.length, 'character')}: it may be the hint that is shown of a secret.`
  return likely('secret-is-mask', message, whereItIs)
}

function formFault(text: string, called: string, form: TextForm | undefined, format: KeyBytes): Finding | null {
  if (decodedLength(text, format) === null) {
    const message = `${called} is not ${format.encoding}${format.prefix === '' ? '' : ` after ${format.prefix}`}, as the scheme's secrets are.`
    return likely('secret-malformed', message, whereItIs)
  }
  if (form === undefined || hasForm(form, text)) return null
  const expected = formLength(form)
  if (text.startsWith(form.prefix) && expected !== text.length) {
    const message = `${called} has ${text.length} characters, and the scheme's secrets have ${expected}: it may be cut off, or brought by the receiver.`
    return possible('secret-length', message, whereItIs)
  }
  const message = `${called} is not in the form of the scheme's secrets, which ${form.prefix === '' ? 'have no prefix' : `begin with ${form.prefix}`} and are ${form.encoding}.`
  return possible('secret-malformed', message, whereItIs)
}

function formLength({ prefix, encoding, bytes }: TextForm): number {
  if (encoding === 'hex' || encoding === 'upper-hex') return prefix.length + 2 * bytes
  if (encoding === 'base64') return prefix.length + 4 * Math.ceil(bytes / 3)
  if (encoding === 'base64url') return prefix.length + Math.ceil((bytes * 4) / 3)
  return prefix.length + (encoding === 'uuid' ? 36 : bytes)
}

function hasForm(form: TextForm, text: string): boolean {
  if (!text.startsWith(form.prefix) || text.length !== formLength(form)) return false
  return alphabets[form.encoding]?.test(text.slice(form.prefix.length)) ?? false
}

const alphabets: Readonly<Record<string, RegExp>> = {
  hex: /^[0-9a-f]+$/i,
  'upper-hex': /^[0-9a-f]+$/i,
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  base64url: /^[\w-]+$/,
  alphanumeric: /^[A-Za-z0-9]+$/,
  'upper-alphanumeric': /^[A-Z0-9]+$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
}

function decodedLength(text: string, format: KeyBytes): number | null {
  try {
    return keyBytes(text, format).length || null
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

function isPublicKey(text: string): boolean {
  if (/-----BEGIN [A-Z0-9 ]*(?:PUBLIC KEY|CERTIFICATE)-----/.test(text)) return true
  if (/^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+) /.test(text) || text.startsWith('whpk_')) return true
  const der = Buffer.from(text, 'base64')
  if (der[0] !== 0x30 || der.length < 40) return false
  try {
    createPublicKey({ key: der, format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}
