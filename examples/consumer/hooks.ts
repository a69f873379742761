/** One webhook whose secret is rotated. */
export interface Hook {
  /** `octocat/hello-world`, an organization, `group/project`, or a group. */
  readonly owner: string
  /** The webhook's number: the last part of its page's URL. */
  readonly id: string
}

/**
 * The webhooks of a list such as `octocat/hello-world:42, octocat/spoon-knife:43`; none where the list is empty.
 * @throws {Error} naming the entry that is malformed
 */
export function hooksIn(list = ''): readonly Hook[] {
  const entries = list.split(',').map(entry => entry.trim())
  return entries.filter(entry => entry !== '').map(parseHook)
}

function parseHook(entry: string): Hook {
  const [, owner, id] = /^([A-Za-z0-9_./-]+):([1-9][0-9]*)$/.exec(entry) ?? []
  if (owner === undefined || id === undefined) throw new Error(`${entry} is not <owner>:<number of the webhook>`)
  return { owner, id }
}
