import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  commonExample,
  commonMembers,
  describedAs,
  type EventType,
  membersOf,
  typeNames,
} from '../src/rotation/event-types'

// docs/events.md: every type of event with an example, made from the table of types alone.

export const eventsPage = join(__dirname, '../docs/events.md')

const begin = '<!-- made by `npm run events` -->'
const end = '<!-- end -->'

/** The page with the events in their place. */
export function withEvents(page: string): string {
  const [before = '', rest = ''] = page.split(begin)
  const [, after = ''] = rest.split(end)
  return `${before}${begin}\n\n${described()}\n${end}${after}`
}

function described(): string {
  return [overview(), common(), ...typeNames.map(section)].join('\n')
}

function overview(): string {
  const rows = typeNames.map(type => [`[\`${type}\`](#${anchorOf(type)})`, sourcesOf(type)])
  return table(['type', 'put by'], rows)
}

/** As GitHub makes it of a heading in code. */
function anchorOf(type: EventType): string {
  return type.replace('.', '')
}

function sourcesOf(type: EventType): string {
  return describedAs(type)
    .by.map(name => `\`${name}\``)
    .join(', ')
}

function common(): string {
  const { endpoint, 'api-key': apiKey } = commonMembers
  return `Every event about an endpoint has\n\n${membersTable(endpoint)}\nand every event about an API key\n\n${membersTable(apiKey)}`
}

function section(type: EventType): string {
  const { when, members } = describedAs(type)
  const own = members === undefined ? '' : `${membersTable(members)}\n`
  return `### \`${type}\`\n\n${when}\n\n${own}\`\`\`json\n${JSON.stringify(exampleOf(type), null, 2)}\n\`\`\`\n`
}

/** The event as a rule's target gets it, without what EventBridge adds. */
function exampleOf(type: EventType): object {
  const detail = detailOf(type)
  return { source: 'keyturn', 'detail-type': type, detail }
}

/** The `detail` of the example, its members in their order. */
export function detailOf(type: EventType): Readonly<Record<string, unknown>> {
  const { about = 'endpoint', example = {} } = describedAs(type)
  const all: Readonly<Record<string, unknown>> = { type, ...commonExample[about], ...example }
  return Object.fromEntries(Object.keys(membersOf(type)).map(name => [name, all[name]]))
}

function membersTable(members: Readonly<Record<string, string>>): string {
  return table(
    ['member', 'what it says'],
    Object.entries(members).map(([name, says]) => [`\`${name}\``, says]),
  )
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, titles.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`)
  return `${lines.join('\n')}\n`
}

if (require.main === module) {
  writeFileSync(eventsPage, withEvents(readFileSync(eventsPage, 'utf8')))
}
