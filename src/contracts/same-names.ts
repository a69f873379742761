/** A part of a shape whose members are named as the fields that they show. */
export function sameNames<Field extends string>(...fields: readonly Field[]): { readonly [Name in Field]: Name } {
  // Each name stands for itself, which is what the type says.
  return Object.fromEntries(fields.map(field => [field, field])) as { readonly [Name in Field]: Name }
}
