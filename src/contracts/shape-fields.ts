import type { Shape } from './shape'

/** The fields that a shape names, the fields of its lists' items apart. */
export function shapeFields(shape: Shape<string>): readonly string[] {
  if (typeof shape === 'string') return [shape]
  if ('$constant' in shape) return []
  const field = ['$time', '$words', 'of', '$present', '$each'].map(name => memberOf(shape, name)).find(isText)
  if (field !== undefined && Object.keys(shape).some(name => name.startsWith('$'))) return [field]
  return Object.values(shape).flatMap(shapeFields)
}

function memberOf(shape: object, name: string): unknown {
  return Object.entries(shape).find(([member]) => member === name)?.[1]
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
