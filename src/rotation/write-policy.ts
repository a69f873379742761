import type { Mirror } from './ports'

/** Who is to read a mirror, and whom AWS may not accept among them. */
export interface WantedPolicy {
  /** Of the mirror. */
  readonly name: string
  readonly consumers: readonly string[]
  readonly suspects: readonly string[]
}

export interface PolicyWriter {
  readonly mirror: Pick<Mirror, 'putPolicy' | 'removePolicy'>
  readonly signal: AbortSignal
  /** Takes note of a consumer that AWS does not accept. */
  readonly refuse: (consumer: string) => void
}

/**
 * Lets the consumers, and nobody else, read the mirror. AWS refuses a policy as a whole where one of them does not exist:
 * then it is written for the others, found by halves. What was accepted only grows on the way, and begins with those that
 * are no suspects, so that whoever reads already goes on reading. Returns who may read.
 */
export async function writePolicy(writer: PolicyWriter, wanted: WantedPolicy): Promise<readonly string[]> {
  const { name, consumers, suspects } = wanted
  const { mirror, signal } = writer
  if (consumers.length > 0 && (await isAccepted(writer, name, consumers))) return consumers
  const trusted = consumers.filter(consumer => !suspects.includes(consumer))
  const rest = consumers.filter(consumer => suspects.includes(consumer))
  const search = { ...writer, name }
  const granted =
    trusted.length === 0 || rest.length === 0
      ? await byHalves(search, [], consumers)
      : await grown(search, await grown(search, [], trusted), rest)
  if (granted.length === 0) await mirror.removePolicy(name, signal)
  return granted
}

type Search = PolicyWriter & Pick<WantedPolicy, 'name'>

/** Those that are accepted already, and whoever else of the group AWS accepts. */
async function grown(
  search: Search,
  accepted: readonly string[],
  group: readonly string[],
): Promise<readonly string[]> {
  const all = [...accepted, ...group]
  return (await isAccepted(search, search.name, all)) ? all : byHalves(search, accepted, group)
}

/** The same for a group that AWS does not accept as a whole. */
async function byHalves(
  search: Search,
  accepted: readonly string[],
  group: readonly string[],
): Promise<readonly string[]> {
  const [first] = group
  if (first === undefined) return accepted
  if (group.length === 1) {
    search.refuse(first)
    return accepted
  }
  const middle = Math.ceil(group.length / 2)
  return grown(search, await grown(search, accepted, group.slice(0, middle)), group.slice(middle))
}

async function isAccepted(
  { mirror, signal }: PolicyWriter,
  name: string,
  consumers: readonly string[],
): Promise<boolean> {
  return (await mirror.putPolicy({ name, consumers }, signal)) === 'put'
}
