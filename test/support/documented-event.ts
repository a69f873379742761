import { membersOf, typeNames } from '../../src/rotation/event-types'

/**
 * Holds an event, or its `detail` as EventBridge gives it, to docs/events.md.
 * @throws {TypeError} when it does not have exactly the members that the table says of its type
 */
export function assertDocumented(event: object): void {
  const members = Object.entries(event).flatMap(([name, value]) => (value === undefined ? [] : name))
  const type = typeNames.find(name => 'type' in event && event.type === name)
  if (type === undefined) throw new TypeError(`no type of the table: ${members.join()}`)
  const expected = Object.keys(membersOf(type))
  if (members.toSorted().join() === expected.toSorted().join()) return
  throw new TypeError(`${type} has ${members.join()}, and should have ${expected.join()}`)
}
