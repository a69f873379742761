import { isForm, type Form, type Json, type Shape } from '../contracts/shape'

/**
 * The fields of a reply, out of its body by its shape: what `renderShape` does, the other way round. A member that is
 * not there leaves its field out, and what the shape does not name is not looked at.
 */
export function readShape(shape: Shape<string>, body: unknown): ReadonlyMap<string, unknown> {
  return new Map(readFields(shape, body))
}

type Field = readonly [name: string, value: unknown]

function readFields(shape: Shape<string>, body: unknown): readonly Field[] {
  if (body === undefined) return []
  if (typeof shape === 'string') return [[shape, body]]
  if (isForm(shape)) return readForm(shape, body)
  return Object.entries(shape).flatMap(([name, member]) => readFields(member, memberOf(body, name)))
}

/** Constants, first characters and lists say nothing that is needed. */
function readForm(form: Form, body: unknown): readonly Field[] {
  if ('$time' in form) return [[form.$time, body]]
  if ('$present' in form) return [[form.$present, body]]
  return '$words' in form ? [[form.$words, wordOf(form.words, body)]] : []
}

/** Keyturn's own word for the contract's. */
function wordOf(words: Readonly<Record<string, Json>>, body: unknown): unknown {
  return Object.entries(words).find(([, word]) => word === body)?.[0] ?? body
}

function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  return Object.entries(body).find(([member]) => member === name)?.[1]
}
