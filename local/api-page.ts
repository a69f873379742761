import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { GatewayReply } from './gateway-reply'

// The description of the API as a page, beside the API itself: a local run's alone, no deployment has it.

/** Where the page is. */
export const pagePath = '/_docs'

/** What a browser may load for the page: files from here, and styles that the viewer writes into it. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Keyturn's API</title>
<link rel="stylesheet" href="${pagePath}/swagger-ui.css">
<div id="api"></div>
<script src="${pagePath}/swagger-ui-bundle.js"></script>
<script src="${pagePath}/start.js"></script>
</html>
`

const start = (description: string): string =>
  `SwaggerUIBundle({ url: ${JSON.stringify(description)}, dom_id: '#api', deepLinking: true, validatorUrl: null })\n`

/**
 * The page and its files by their paths; none where the viewer, which is a package of its own, is not installed.
 * @param description the path of the description
 */
export function apiPages(description: string): ReadonlyMap<string, GatewayReply> {
  const viewer = viewerFolder()
  if (viewer === null) return new Map()
  const file = (name: string, type: string) =>
    [`${pagePath}/${name}`, reply(type, readFileSync(join(viewer, name)))] as const
  return new Map([
    [pagePath, reply('text/html; charset=utf-8', Buffer.from(page))],
    [`${pagePath}/start.js`, reply('text/javascript', Buffer.from(start(description)))],
    file('swagger-ui.css', 'text/css'),
    file('swagger-ui-bundle.js', 'text/javascript'),
  ])
}

function reply(type: string, body: Buffer): GatewayReply {
  return { status: 200, headers: { 'content-type': type, 'content-security-policy': contentSecurityPolicy }, body }
}

/** Whether the viewer is installed. */
export function hasViewer(): boolean {
  return viewerFolder() !== null
}

function viewerFolder(): string | null {
  try {
    return dirname(createRequire(__filename).resolve('swagger-ui-dist/package.json'))
  } catch {
    return null
  }
}
