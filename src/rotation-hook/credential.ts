import { Secret } from '../rotation/secret'
import { HookError } from './hook-error'

/**
 * The vendor's credential out of its secret: the text itself, or `{"token": "…"}`.
 * @throws {HookError} `no-credentials`
 */
export function parseCredential(text: string): Secret {
  const token = text.trimStart().startsWith('{') ? tokenOf(text) : text.trim()
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return new Secret(token)
  throw new HookError('no-credentials', 'the credentials secret is neither a token nor {"token": …}')
}

function tokenOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && 'token' in parsed ? parsed.token : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
