import type { Document } from './aws-server/server'

// A page as a platform has it around the portal, at another origin than the API: a local run's alone.

/** Where the page is. */
export const parentPath = '/_portal-parent'

/** As docs/portal.md shows it. */
export const openPortal = `export function openPortal(origin, handed, place) {
  const frame = document.createElement('iframe')
  frame.src = \`\${origin}/portal/embed\`
  frame.allow = 'clipboard-write'
  addEventListener('message', ({ source, origin: from, data }) => {
    if (source !== frame.contentWindow || from !== origin || data?.type !== 'keyturn:ready') return
    source.postMessage({ type: 'keyturn:open', ...handed }, origin)
  })
  place.append(frame)
}
`

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A platform's page</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${parentPath}/parent.css">
<script type="module" src="${parentPath}/start.js"></script>
</head>
<body>
<h1>A platform's page</h1>
<p id="empty" hidden>Behind # in the address stands what opens the portal: the URL of a session, or a session (JWT) of the platform's own.</p>
</body>
</html>
`

const style = 'iframe { border: 1px solid; box-sizing: border-box; height: 80vh; width: 100% }\n'

/** Takes what opens the portal out of the address at once, so that no history keeps it. */
const start = (api: string): string => `import { openPortal } from './open-portal.js'

addEventListener('hashchange', () => location.reload())
const text = location.hash.split('#').at(-1)
history.replaceState(null, '', location.pathname)
if (text === '') document.getElementById('empty').hidden = false
else openPortal('${api}', text.startsWith('kpc_') ? { code: text } : { jwt: text }, document.body)
`

/** The page and its files, by their paths. */
export function parentPages(api: string): Readonly<Record<string, Document>> {
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; frame-src ${api}`
  const document = (type: string, text: string): Document => ({
    headers: { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy },
    text,
  })
  return {
    [parentPath]: document('text/html', page),
    [`${parentPath}/start.js`]: document('text/javascript', start(api)),
    [`${parentPath}/open-portal.js`]: document('text/javascript', openPortal),
    [`${parentPath}/parent.css`]: document('text/css', style),
  }
}
