import type { Json } from './shape'

/** What a value may be, as JSON Schema 2020-12 says it. Its patterns are read as Unicode ones, as the standard asks. */
export type JsonSchema = { readonly [keyword: string]: Json }
