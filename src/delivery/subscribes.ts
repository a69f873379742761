/**
 * Whether an endpoint with these event types gets events of `type`. An empty list takes every type, `*` too, and
 * `invoice.*` every type that starts with `invoice.`.
 */
export function subscribes(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.length === 0 || eventTypes.some(pattern => matches(pattern, type))
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
