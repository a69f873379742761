// Where in the page somebody is, as the URL's fragment says it.

export const views = ['keys', 'deliveries', 'settings', 'history'] as const
export type View = (typeof views)[number]

export type Route =
  | { readonly kind: 'list' }
  | { readonly kind: 'endpoint'; readonly id: string; readonly view: View }
  | { readonly kind: 'history' }

/** What stands in no route is the list. */
export function routeOf(fragment: string): Route {
  const [first, id = '', view = 'keys'] = fragment.replace(/^#\/?/, '').split('/')
  if (first === 'history') return { kind: 'history' }
  const known = views.find(each => each === view)
  const decoded = decodedId(id)
  return first === 'endpoints' && decoded !== ''
    ? { kind: 'endpoint', id: decoded, view: known ?? 'keys' }
    : { kind: 'list' }
}

export function fragmentOf(route: Route): string {
  if (route.kind === 'list') return '#/'
  if (route.kind === 'history') return '#/history'
  const id = encodeURIComponent(route.id)
  return route.view === 'keys' ? `#/endpoints/${id}` : `#/endpoints/${id}/${route.view}`
}

/** The code of a link that was opened; null: the fragment is none. */
export function codeIn(fragment: string): string | null {
  return /^#(kpc_[0-9a-z]{24}\.[\w-]{43})$/.exec(fragment)?.[1] ?? null
}

function decodedId(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that escapes nothing.
    return ''
  }
}
