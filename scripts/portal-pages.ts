import { basename, join, resolve } from 'node:path'
import { constants } from 'node:zlib'
import { encodedEndings, encodings } from '../src/http/portal-handler'
import { readIfThere, replaceChangedFile } from './files'
import { compressed, keepPages, type NamedFile } from './portal-files'

// Builds the portal's two pages with esbuild: one script, one style sheet, an icon, and the HTML that names them.

const root = resolve(__dirname, '..')
const sources = { portal: 'src/portal/main.tsx', style: 'src/portal/portal.css', icon: 'src/portal/icon.svg' }
const browsers = ['chrome111', 'edge111', 'firefox115', 'safari16.4']

/**
 * Builds the pages into the folder, with one script and one style sheet that load nothing further, so that a page that is
 * open survives a deployment. The names of these change with what they hold. What an earlier build left goes.
 */
export async function buildPages(folder: string): Promise<void> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: sources,
    absWorkingDir: root,
    entryNames: '[name]-[hash]',
    outdir: resolve(folder),
    write: false,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: browsers,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
  })
  const files = outputFiles.map(({ path, contents }) => ({ name: basename(path), content: Buffer.from(contents) }))
  const pages = [
    { name: 'portal.html', content: pageOf('page', files) },
    { name: 'embed.html', content: pageOf('embed', files) },
  ]
  keepPages(
    folder,
    [...files, ...pages].flatMap(file => writeCompressed(folder, file)),
  )
}

/** Returns the names. What is there already is not compressed again, which takes the longest. */
function writeCompressed(folder: string, file: NamedFile): readonly string[] {
  const names = [file.name, ...encodings.map(encoding => file.name + encodedEndings[encoding])]
  const isThere = readIfThere(join(folder, file.name))?.equals(file.content) === true
  if (isThere && names.every(name => readIfThere(join(folder, name)) !== null)) return names
  // The file itself comes last: once it is there, all of it is.
  for (const { name, content } of compressed(file, constants.BROTLI_MAX_QUALITY).toReversed()) {
    replaceChangedFile(join(folder, name), content)
  }
  return names
}

/** Nothing stands in it: whatever a page runs or looks like comes from files of its own host. */
function pageOf(mode: 'page' | 'embed', files: readonly NamedFile[]): Buffer {
  const named = (name: string): string => files.find(file => file.name.startsWith(`${name}-`))?.name ?? name
  return Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Webhooks</title>
<link rel="icon" href="/portal/${named('icon')}">
<link rel="stylesheet" href="/portal/${named('style')}">
<script type="module" src="/portal/${named('portal')}"></script>
</head>
<body>
<div id="portal" data-mode="${mode}"></div>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`)
}
