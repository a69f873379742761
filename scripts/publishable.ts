import { readFileSync } from 'node:fs'

// `npm publish` runs this first, in the package's folder; `npm pack` does not. What is published stays: it says where it is
// from, or it is not published.

/** Why a package with this `repository` is not to be published; null: it may be. */
export function repositoryFault(repository: unknown): string | null {
  const allowed =
    'the https or git+https URL of the public repository, as text or as { "type": "git", "url": … }, without credentials'
  if (repository === undefined) return `repository is missing: it must be ${allowed}`
  const url = typeof repository === 'string' ? repository : Object(repository).url
  if (typeof url === 'string' && isPublicAddress(url)) return null
  return `repository must be ${allowed}`
}

function isPublicAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, pathname, username, password } = new URL(text)
  if (!['https:', 'git+https:'].includes(protocol) || username !== '' || password !== '') return false
  return hostname.includes('.') && pathname.length > 1
}

function main(): void {
  const { repository } = Object(JSON.parse(readFileSync('package.json', 'utf8')))
  const fault = repositoryFault(repository)
  if (fault === null) return
  console.error(`package.json: ${fault}`)
  process.exitCode = 1
}

if (require.main === module) main()
