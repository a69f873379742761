/** A union of words in a source of types: the type or the member that is declared so, and its words. */
export interface Union {
  readonly name: string
  readonly words: readonly string[]
}

/** A type or a member, and all that stands for it: the rest of the line, and the lines after it that begin with a bar. */
const declaration = /(?:type (\w+) =|(?:readonly )?'?([\w-]+)'?\??:)(?=([^\n]*(?:\n\s*\|[^\n]*)*))/g
/** A word that is an alternative by itself. */
const alternative = /(?<=^|\|)\s*'([^']+)'(?=\s*(?:[|}]|$))/g

/** The unions of words that a source declares, comments apart. What a type of another name adds is that type's. */
export function unionsIn(source: string): readonly Union[] {
  return [...withoutComments(source).matchAll(declaration)].flatMap(([, type, member, union = '']) => {
    const words = [...union.replaceAll(/\{[^{}]*\}/g, '').matchAll(alternative)].flatMap(([, word = '']) => word)
    return words.length === 0 ? [] : [{ name: type ?? member ?? '', words }]
  })
}

/** The string literals and the members of a source of types. Names of generics and of index signatures are not among them. */
export function declaredIn(source: string): readonly string[] {
  const words = [...withoutComments(source).matchAll(/'([^']+)'|readonly (\$?[a-zA-Z]+)\??:/g)]
  return words.map(([, literal, member]) => literal ?? member ?? '')
}

function withoutComments(source: string): string {
  return source.replace(/\/\*.*?\*\/|\/\/[^\n]*|^import .*? from '[^']*'$/gms, '')
}

/** The kinds of a union of objects: the words of the member (`kind`, `from`) by which its alternatives are told apart. */
export function alternativesOf(type: string, source: string): readonly string[] {
  const [, , body = ''] = new RegExp(`(export type ${type} =)(.*?)(?=^export )`, 'ms').exec(source) ?? []
  return [...withoutComments(body).matchAll(/readonly (?:kind|from): '([^']+)'/g)].flatMap(([, word = '']) => word)
}
