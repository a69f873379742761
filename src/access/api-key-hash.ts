import { createHash } from 'node:crypto'

/** What is kept of an API key: SHA-256 of its text in UTF-8, in hex. At 256 random bits no salt is needed. */
export function apiKeyHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}
