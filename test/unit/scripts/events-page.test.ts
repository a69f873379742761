import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { detailOf, eventsPage, withEvents } from '../../../scripts/events-page'
import { membersOf, typeNames } from '../../../src/rotation/event-types'

const page = readFileSync(eventsPage, 'utf8')

describe('docs/events.md', () => {
  it('is as the table of types makes it: run `npm run events` if not', () => {
    expect(page).toBe(withEvents(page))
  })

  it.each(typeNames)('shows %s with an example that has its members, every one, and no other', type => {
    const detail = detailOf(type)
    expect(Object.keys(detail)).toEqual(Object.keys(membersOf(type)))
    expect(Object.values(detail)).not.toContain(undefined)
    expect(page).toContain(`\n### \`${type}\`\n`)
    expect(page).toContain(`"detail-type": "${type}"`)
  })
})
