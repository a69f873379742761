import { type Finding, proven } from './finding'

// The addresses under which a request may have been signed, where the scheme signs its URL.

export interface UrlVariant {
  readonly url: string
  readonly faults: readonly Finding[]
}

interface Asked {
  /** What the receiver verifies with. */
  readonly url: string | undefined
  /** Where the capture says that it came. */
  readonly captured: string | undefined
  readonly hosts: readonly string[]
}

/** The URL itself first. None where none is known. */
export function urlVariants({ url, captured, hosts }: Asked): readonly UrlVariant[] {
  const given = url ?? captured
  if (given === undefined) return []
  const variants = [...partsChanged(given, hosts), ...(captured === undefined ? [] : partsChanged(captured, hosts))]
  const others = [...new Set(variants)].filter(each => each !== given)
  return [{ url: given, faults: [] }, ...others.map(each => ({ url: each, faults: [differenceOf(given, each)] }))]
}

function partsChanged(text: string, hosts: readonly string[]): readonly string[] {
  const match = /^(?:(https?):\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?/.exec(text)
  const [, scheme, host, path = '', query = ''] = match ?? []
  const origins =
    host === undefined
      ? ['', ...hosts.flatMap(each => [`https://${each}`, `http://${each}`])]
      : originsOf(scheme ?? 'https', [host, ...hosts])
  const paths = pathsOf(path)
  const queries = [...new Set([query, '', query === '' ? '?' : query, decoded(query)])]
  return origins.flatMap(origin => paths.flatMap(each => queries.map(one => `${origin}${each}${one}`)))
}

function originsOf(scheme: string, hosts: readonly string[]): readonly string[] {
  const other = scheme === 'https' ? 'http' : 'https'
  const spelled = hosts.flatMap(host => {
    const bare = host.replace(/:\d+$/, '')
    return [host, bare, `${bare}:443`, bare.toLowerCase(), bare.startsWith('www.') ? bare.slice(4) : `www.${bare}`]
  })
  return [...[scheme, other].flatMap(each => spelled.map(host => `${each}://${host}`)), '']
}

function pathsOf(path: string): readonly string[] {
  const slash = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
  const [, stage = '', rest = ''] = /^(\/[^/]+)(\/.*)$/.exec(path) ?? []
  return [...new Set([path, slash, decoded(path), encoded(path), path.toLowerCase(), ...(stage === '' ? [] : [rest])])]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function encoded(text: string): string {
  return text.isWellFormed() ? encodeURI(text) : text
}

/** Which part is another. The URLs are not shown: queries hold tokens. */
function differenceOf(given: string, signed: string): Finding {
  const [one, other] = [given, signed].map(partsOf)
  const differs = ['scheme', 'host', 'path', 'query'].filter((_, at) => one?.[at] !== other?.[at])
  const parts = differs.length === 0 ? 'another spelling' : `another ${differs.join(' and another ')}`
  const message = `The sender signed ${parts} of the URL than it is verified with: ${given.length} characters here, ${signed.length} there.`
  const remedy =
    'Verify with the URL as it was given to the sender, and not with what a proxy or a gateway makes of it.'
  return proven('wrong-url', message, remedy)
}

function partsOf(url: string): readonly (string | undefined)[] {
  const [, scheme, host, path, query] = /^(?:(https?):\/\/([^/?#]*))?([^?#]*)(\?.*)?/s.exec(url) ?? []
  return [scheme, host, path, query]
}
