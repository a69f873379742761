import { inspect } from 'node:util'

const noText = 'a secret does not turn into text by itself'

/** A bare secret in memory. Only `reveal` gives the text; every other way to print it throws or says `[secret]`. */
export class Secret {
  readonly #text: string

  /** @throws {RangeError} for the empty text, which would be a known key. */
  constructor(text: string) {
    if (text === '') throw new RangeError('a secret must not be empty')
    this.#text = text
  }

  reveal(): string {
    return this.#text
  }

  toString(): never {
    throw new TypeError(noText)
  }

  toJSON(): never {
    throw new TypeError(noText)
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError(noText)
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
