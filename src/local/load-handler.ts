export type Handler = (event: unknown, context: object) => unknown

/** The handler of a built bundle. @throws what loading it throws; {TypeError} when it exports no handler */
export function loadHandler(bundle: string): Handler {
  // The bundle is named at run time.
  const loaded: { readonly handler?: unknown } = require(bundle)
  if (typeof loaded.handler !== 'function') throw new TypeError('the bundle does not export a handler')
  return loaded.handler as Handler
}
