/** A request's headers by their lower-case names, as API Gateway writes them; several of a name are joined by commas. */
export type RequestHeaders = ReadonlyMap<string, string>

/** The header's value, whatever the case of `name`; null where the request has none. */
export function headerOf(headers: RequestHeaders, name: string): string | null {
  return headers.get(name.toLowerCase()) ?? null
}
