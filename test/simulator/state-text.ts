import type { Endpoint } from '../../src/rotation/endpoint'
import type { World } from './world'

/**
 * All that decides how the callers go on: what is stored, what the mirror holds, and what each caller has heard. Settles
 * are alike, so it does not matter which of them has heard what.
 */
export function stateText({ cloud, callers }: World, heard: ReadonlyMap<number, readonly unknown[]>): string {
  const items = [...cloud.state.table.endpoints.values()].map(({ endpoint }) => endpointText(endpoint))
  const mirrors = [...cloud.state.vault.secrets].map(
    ([name, { labels, documents, deleted }]) =>
      `${name} ${[...labels].map(String).sort().join()} ${[...documents.keys()].sort().join()} ${deleted}`,
  )
  const replies = callers.map(({ name, number }) => {
    const who = name.startsWith('settle') ? 'settle' : name
    return `${who} ${(heard.get(number) ?? []).map(replyText).join()}`
  })
  return [...items, ...mirrors, ...replies.sort()].join('\n')
}

function replyText(reply: unknown): string {
  if (typeof reply !== 'object' || reply === null) return String(reply)
  return 'ring' in reply ? endpointText(reply as Endpoint) : JSON.stringify(reply)
}

/** The revision's change tells what was written; settling has its own say. */
function endpointText({ changes, settling, dueAt, lookAgainAt }: Endpoint): string {
  const made = changes.map(change => `${change.id}@${change.revision}`).join('+')
  return `${made} ${settling.revision} ${settling.mirrorVersionId} ${dueAt?.getTime()} ${lookAgainAt?.getTime()}`
}
