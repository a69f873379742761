import { formsOf } from './secret-forms'
import type { Canary, Form } from './secret-forms'

/** Somewhere that a secret could have got to. */
export interface Place {
  readonly name: string
  readonly bytes: Buffer
}

const headBytes = 4
const shortest = 12

/**
 * `<place>: <canary> as <form>` for all that is found, each once.
 * @throws {RangeError} for a canary so short that it could turn up by chance
 */
export function findCanaries(places: readonly Place[], canaries: readonly Canary[]): readonly string[] {
  const byHead = formsByHead(canaries.flatMap(formsOf))
  return [...new Set(places.flatMap(place => findIn(place, byHead)))]
}

type FormsByHead = ReadonlyMap<number, readonly Form[]>

/** By the first bytes, so that one look at each place of the text is enough for all forms. */
function formsByHead(forms: readonly Form[]): FormsByHead {
  const byHead = new Map<number, Form[]>()
  for (const form of forms) {
    if (form.bytes.length < shortest) throw new RangeError(`${form.canary} as ${form.as} is too short to look for`)
    const head = form.bytes.readUInt32LE(0)
    byHead.set(head, [...(byHead.get(head) ?? []), form])
  }
  return byHead
}

function findIn({ name, bytes }: Place, byHead: FormsByHead): readonly string[] {
  const found: string[] = []
  for (let at = 0; at + headBytes <= bytes.length; at += 1) {
    const forms = byHead.get(bytes.readUInt32LE(at)) ?? []
    for (const form of forms) {
      const stands = bytes.subarray(at, at + form.bytes.length).equals(form.bytes)
      if (stands) found.push(`${name}: ${form.canary} as ${form.as}`)
    }
  }
  return found
}
