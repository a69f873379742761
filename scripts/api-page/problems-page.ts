import { join } from 'node:path'
import { allContracts } from '../../src/contracts/all'
import type { Contract } from '../../src/contracts/contract'
import { problemDetails } from '../../src/contracts/defaults'
import { Problem, type ProblemCode, problems } from '../../src/core/problem'
import { wordsFor } from '../../src/http/reply'
import { type ServedOperation, servedOperations } from '../openapi/description'
import { problemHelp, problemsOf } from '../openapi/problems'
import { anchorOf, table } from './markdown'

// docs/problems.md: every problem with its status, when it comes, what to do, and which operations answer it.

export const problemsPageFile = join(__dirname, '../../docs/problems.md')

// The table's keys are the codes.
const codes = Object.keys(problems) as readonly ProblemCode[]

const introduction = `# Problems

<!-- made by \`npm run openapi\` -->

Every refusal of Keyturn’s own API, by its \`code\`: stable, and what a program decides by. \`type\` is \`urn:keyturn:problem:<code>\`, which names the problem and leads nowhere. \`title\` and \`detail\` are for people and may change; \`errors\` names the fields at fault. A reply’s \`x-request-id\` is what the log calls the request.

A vendor’s contract refuses for the same reasons in the vendor’s own words: what those are, and with which status, is in [docs/openapi](openapi), a file for each contract.

`

/** The page. The first of the contracts that reaches all others is our own. */
export function problemsPage(contracts: readonly Contract[] = allContracts): string {
  const served = contracts.flatMap(contract => servedOperations({ contract, basePath: '' }))
  const rows = codes.map(code => [`[\`${code}\`](#${code})`, String(problems[code][0]), problems[code][1]])
  return `${introduction}${table(['code', 'status', 'title'], rows)}\n\n${codes.map(code => section(code, served)).join('\n')}`
}

function section(code: ProblemCode, served: readonly ServedOperation[]): string {
  const [status, title] = problems[code]
  const { when, remedy } = problemHelp[code]
  const lines = [
    `### \`${code}\``,
    `${status} *${title}*. ${when}`,
    `**What to do:** ${remedy}`,
    answeredBy(code, served),
  ]
  return `${lines.join('\n\n')}\n`
}

function answeredBy(code: ProblemCode, served: readonly ServedOperation[]): string {
  const answering = served.filter(({ contract, operation }) => problemsOf(contract, operation).includes(code))
  if (answering.length === 0) return '**Answered** where no operation fits the request.'
  const own = answering.filter(({ contract }) => contract.reach === 'every')
  const [ours, theirs] = [ownRoutes(own, served), vendorsWords(code, answering)]
  const parts = [ours === '' ? '' : ` by ${ours}`, theirs === '' ? '' : ` in the vendor’s words at ${theirs}`]
  return `**Answered**${parts.filter(part => part !== '').join(';')}.`
}

function ownRoutes(own: readonly ServedOperation[], served: readonly ServedOperation[]): string {
  const all = served.filter(({ contract }) => contract.reach === 'every')
  const withCredential = all.filter(({ operation }) => operation.access !== 'anyone')
  if (own.length === all.length) return 'every operation'
  if (own.length === withCredential.length && own.every(each => withCredential.includes(each)))
    return 'every operation that takes a credential'
  return own
    .map(({ operation, path }) => `${operation.method} ${path}`)
    .map(route => `[\`${route}\`](api.md#${anchorOf(route)})`)
    .join(', ')
}

/** The vendors whose contracts answer it, each by the name that is its own there. */
function vendorsWords(code: ProblemCode, answering: readonly ServedOperation[]): string {
  const contracts = [...new Set(answering.map(({ contract }) => contract))].filter(({ reach }) => reach !== 'every')
  const names = contracts.map(contract => {
    const words = wordsFor(contract.errors ?? problemDetails, new Problem(code, ''))
    const said = [words.status, words.code].filter(word => word !== undefined && word !== null)
    return `[${contract.name}](openapi/${contract.name}.json)${said.length === 0 ? '' : ` as \`${said.join(' ')}\``}`
  })
  return names.join(', ')
}
