import { allContracts } from '../../../src/contracts/all'
import { newText } from '../../../src/contracts/secret-text'
import { keyturn } from '../../../src/contracts/keyturn'

// Texts as Keyturn makes them, from bytes that are always the same.

function bytes(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, at) => (at * 53 + 17) % 256))
}

export const apiKeyOfPlatform = newText(keyturn.credentials.apiKey, bytes)

/** An API key of one of Keyturn's contracts; null: it has none. */
export function sampleText(name: string, kind: 'apiKey'): string | null {
  const format = allContracts.find(contract => contract.name === name)?.credentials[kind]
  return format === undefined ? null : newText(format, bytes)
}
