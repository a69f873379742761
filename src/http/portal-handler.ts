import { createHash } from 'node:crypto'
import { descriptionFile } from '../contracts/gateway-routes'
import { mountsFile } from '../contracts/routes'
import { Problem } from '../core/problem'
import type { LambdaHandler } from './lambda-handler'
import { everyReply, problemReply } from './reply'
import type { ApiReply } from './request'

// The portal's pages with their files, and the API's description: what was built is answered as it stands.

/** How a body goes over the wire. The names are those of `Accept-Encoding`. */
export const encodings = ['br', 'gzip'] as const
export type Encoding = (typeof encodings)[number]

/** The name of what a file was compressed to stands behind the file's own. */
export const encodedEndings: Readonly<Record<Encoding, string>> = { br: '.br', gzip: '.gz' }

/** Whether a file beside the bundle is one to serve, or was compressed from one: another build may be writing there. */
export function isServed(name: string): boolean {
  return /^[\w-]+\.(?:html|js|css|svg|json)(?:\.br|\.gz)?$/.test(name)
}

export interface PortalOptions {
  /**
   * What was built, by name: `portal.html`, `embed.html`, files with a hash in their name, `mounts.json`, `openapi.json`,
   * and what each was compressed to.
   */
  readonly files: ReadonlyMap<string, Buffer>
  /** Origins whose pages may have the portal in a frame; without one the page for frames is not there. */
  readonly embedOrigins: readonly string[]
}

/** Answers `/portal`, `/portal/embed`, `/portal/{file}` and the API's description. Other paths are 404. */
export function portalHandler(options: PortalOptions): LambdaHandler {
  return async ({ rawPath: path, headers, requestContext: { requestId, http } }) => {
    const reply = replyTo(options, { path, method: http.method, headers })
    return {
      statusCode: reply.status,
      headers: { ...everyReply, ...reply.headers, 'x-request-id': requestId },
      body: http.method === 'HEAD' ? '' : reply.body.toString('base64'),
      isBase64Encoded: true,
    }
  }
}

interface FileRequest {
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
}

interface FileReply extends Omit<ApiReply, 'body'> {
  readonly body: Buffer
}

function replyTo(options: PortalOptions, request: FileRequest): FileReply {
  const served = servedAt(options, request.path)
  const content = options.files.get(served?.name ?? '')
  if (served === null || content === undefined) {
    return refusal(new Problem('route-not-found', 'There is no such file.'), request)
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refusal(
      new Problem('method-not-allowed', `This route has the methods ${methods}.`, { allow: methods }),
      request,
    )
  }
  return fileReply(options, { ...served, content }, request)
}

const methods = 'GET, HEAD'

function refusal(problem: Problem, { path, method }: FileRequest): FileReply {
  const reply = problemReply(problem, null, { request: { id: '', path, method }, now: new Date() })
  return { ...reply, body: Buffer.from(reply.body) }
}

interface Served {
  /** Of the file. */
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a path means; null: nothing. */
function servedAt({ embedOrigins }: PortalOptions, path: string): Served | null {
  if (path === '/portal') return { name: 'portal.html', headers: pageHeaders }
  if (path === '/portal/embed') return embedOrigins.length === 0 ? null : embedded(embedOrigins)
  const [, hashed] = /^\/portal\/([a-z]+-[A-Z0-9]{8}\.(?:js|css|svg))$/.exec(path) ?? []
  if (hashed !== undefined) return { name: hashed, headers: { ...typed(hashed), 'cache-control': immutable } }
  const json = path === `/portal/${mountsFile}` ? mountsFile : isDescription(path) ? descriptionFile : null
  return json === null ? null : { name: json, headers: { ...typed(json), 'cache-control': 'no-cache' } }
}

/** It is under our own API's base path, which is never the portal's, and may be off where the portal is on. */
function isDescription(path: string): boolean {
  return path.endsWith(`/${descriptionFile}`) && path !== `/portal/${descriptionFile}`
}

const immutable = 'public, max-age=31536000, immutable'

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
}

function typed(name: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentTypes[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    'cross-origin-resource-policy': 'same-origin',
  }
}

/** What a page may load and do: files and calls of its own host, and no HTML that a script makes of a text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
]

function policyFor(frameAncestors: string): string {
  return [...policy, `frame-ancestors ${frameAncestors}`].join('; ')
}

/** Features that every Chromium knows: it complains of others. A page copies, and needs no further one. */
const unused = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
]

const everyPage = {
  ...typed('.html'),
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
  'permissions-policy': ['clipboard-write=(self)', ...unused.map(feature => `${feature}=()`)].join(', '),
}

const pageHeaders = {
  ...everyPage,
  'content-security-policy': policyFor("'none'"),
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

function embedded(origins: readonly string[]): Served {
  return { name: 'embed.html', headers: { ...everyPage, 'content-security-policy': policyFor(origins.join(' ')) } }
}

interface FoundFile extends Served {
  readonly content: Buffer
}

/** The file in the shortest way that the caller takes; nothing of it where the caller has it. */
function fileReply({ files }: PortalOptions, { name, headers, content }: FoundFile, request: FileRequest): FileReply {
  const etag = `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
  const every = { ...headers, etag, vary: 'accept-encoding' }
  if (request.headers['if-none-match']?.includes(etag) === true) {
    return { status: 304, headers: every, body: Buffer.alloc(0) }
  }
  for (const encoding of encodings) {
    const body = files.get(name + encodedEndings[encoding])
    if (body !== undefined && takes(request.headers['accept-encoding'], encoding)) {
      return { status: 200, headers: { ...every, 'content-encoding': encoding }, body }
    }
  }
  return { status: 200, headers: every, body: content }
}

/** RFC 9110, section 12.5.3: what is not named, or has the weight 0, is not taken. */
function takes(accepted: string | undefined, encoding: Encoding): boolean {
  const offers = (accepted ?? '')
    .toLowerCase()
    .split(',')
    .map(offer => offer.split(';').map(part => part.trim()))
  const offer = offers.find(([name]) => name === encoding) ?? offers.find(([name]) => name === '*')
  return offer !== undefined && !offer.some(part => /^q=0(?:\.0*)?$/.test(part))
}
