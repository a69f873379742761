import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, resolve } from 'node:path'

export interface SourceFile {
  /** From the project's root. */
  readonly path: string
  readonly text: string
}

const root = resolve(__dirname, '../..')
const generated = ['node_modules', 'dist', 'cdktf.out', 'package-lock.json']

/** Every file below the folders that is kept in the repository; hidden folders and what is generated are left out. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap(folder => filesIn(join(root, folder)))
}

function filesIn(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (generated.includes(entry.name) || entry.name.startsWith('.')) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesIn(path)
    return entry.isFile() ? [{ path: relative(root, path), text: readFileSync(path, 'utf8') }] : []
  })
}

const importPattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g

/** A line of a comment: the examples there import as well. */
const commentLine = /^\s*(?:\*(?!\/)|\/\/).*$/gm

/** What a file imports: packages by name, files of ours by their path from the root, without the extension. */
export function importsOf({ path, text }: SourceFile): readonly string[] {
  return [...text.replaceAll(commentLine, '').matchAll(importPattern)].map(([, , name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(path), name)) : name,
  )
}
