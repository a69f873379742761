import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')

/** What a clone does not have. */
const notOfClone = ['node_modules', 'dist', 'cdktf.out']

/** A copy of the project in `folder`, so that packing builds and rewrites nothing that other tests read. */
export function copyOfProject(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(root)) {
    if (notOfClone.includes(name) || name.startsWith('.')) continue
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}

/** What `npm pack` makes of the project in `folder`: the tarball's path. */
export function pack(folder: string, into: string): string {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', into], {
    cwd: folder,
    encoding: 'utf8',
  })
  return join(into, packed.trim().split('\n').at(-1) ?? '')
}

/** An empty project that has the tarball installed and, beside it, these packages of ours. */
export function installed(folder: string, tarball: string, packages: readonly string[] = []): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "name": "platform", "private": true }\n')
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], { cwd: folder })
  for (const name of packages) {
    mkdirSync(join(folder, 'node_modules', name, '..'), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
}
