import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { files } from '../package.json'

// The documents as the package has them. In the repository they lead to sources and tests, which are not packed: there
// they say the path instead. npm packs README.md from where it stands, so `prepack` rewrites in place, and `postpack`, or
// the next `prepack`, puts back what was there.

/** What npm packs besides `files`. */
const always = ['README.md', 'LICENSE', 'package.json']

export function isPacked(path: string): boolean {
  return [...always, ...files].some(each => path === each || path.startsWith(`${each}/`))
}

const note =
  '\n\nA path that is not a link is one of the repository, which has the sources, the tests and further examples.\n'

/** The document with every link that leads out of the package in words: `serve (src/http/serve.ts)`. */
export function packedDocument(path: string, text: string): string {
  let left = 0
  const rewritten = text.replaceAll(
    /\[((?:[^\][]|\[[^\]]*\])+)\]\(([^()\s]+)\)/g,
    (link, shown: string, target: string) => {
      if (/^(?:https?:|mailto:|#)/.test(target)) return link
      const [file = '', line = ''] = target.split('#')
      const reached = normalize(join(dirname(path), file)).replace(/\/$/, '')
      if (isPacked(reached)) return link
      left += 1
      const bare = shown.replaceAll('`', '')
      const isPath = reached === bare || reached.endsWith(`/${bare}`)
      return isPath ? `\`${reached}\`` : `${shown} (\`${reached}${/^L\d+$/.test(line) ? `:${line.slice(1)}` : ''}\`)`
    },
  )
  return left === 0 ? text : rewritten.trimEnd() + note
}

/** Where the originals are kept meanwhile. */
const kept = '.packing'

/** Rewrites every packed document. */
export function rewriteDocuments(root: string): void {
  restoreDocuments(root)
  for (const path of documentsIn(root)) {
    const text = readFileSync(join(root, path), 'utf8')
    const packed = packedDocument(path, text)
    if (packed === text) continue
    mkdirSync(join(root, kept, dirname(path)), { recursive: true })
    writeFileSync(join(root, kept, path), text)
    writeFileSync(join(root, path), packed)
  }
}

/** Puts the originals back; a document that somebody changed since stays as it is. */
export function restoreDocuments(root: string): void {
  if (!existsSync(join(root, kept))) return
  for (const path of filesBelow(join(root, kept)).map(file => relative(join(root, kept), file))) {
    const original = readFileSync(join(root, kept, path), 'utf8')
    const isOurs = readFileSync(join(root, path), 'utf8') === packedDocument(path, original)
    if (isOurs) writeFileSync(join(root, path), original)
  }
  rmSync(join(root, kept), { recursive: true })
}

function documentsIn(root: string): readonly string[] {
  const packed = [...always, ...files].filter(each => each !== 'dist' && existsSync(join(root, each)))
  return packed
    .flatMap(each => filesBelow(join(root, each)))
    .map(file => relative(root, file))
    .filter(isDocument)
}

function isDocument(path: string): boolean {
  return path.endsWith('.md')
}

function filesBelow(path: string): readonly string[] {
  const entries = isFolder(path) ? readdirSync(path) : null
  return entries === null ? [path] : entries.flatMap(each => filesBelow(join(path, each)))
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory()
}

if (require.main === module) restoreDocuments('.')
