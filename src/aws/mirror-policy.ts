import * as v from 'valibot'

// The resource policy of a mirror: as it is written, and as AWS may give it back.

/** The one statement, but for its principals. */
const reading = { Sid: 'Consumers', Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' } as const

/** The policy that lets the consumers read, and nobody else outside the account. */
export function policyFor(consumers: readonly string[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...reading, Principal: { AWS: consumers } }] })
}

/**
 * Whether a policy does just that; without consumers there is none. AWS may give it back in another form: one entry
 * without its list, an account by its root. A role that was deleted comes back as an id, which is somebody else.
 */
export function isPolicyFor(policy: string | undefined, consumers: readonly string[]): boolean {
  if (policy === undefined || consumers.length === 0) return policy === undefined && consumers.length === 0
  const read = v.safeParse(ownPolicy, policy)
  if (!read.success) return false
  const found = new Set(read.output.map(plainPrincipal))
  const wanted = new Set(consumers.map(plainPrincipal))
  return found.size === wanted.size && [...found].every(principal => wanted.has(principal))
}

/** An account by its id, whichever way it was named. */
function plainPrincipal(principal: string): string {
  return /^arn:[^:]+:iam::(\d{12}):root$/.exec(principal)?.[1] ?? principal
}

const one = v.pipe(
  v.string(),
  v.transform((text): readonly string[] => [text]),
)
const oneOrMany = v.union([one, v.array(v.string())])

/** A policy in which only the principals may differ from what is written: these. */
const ownPolicy = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    Statement: v.strictTuple([
      v.strictObject({
        Sid: v.literal(reading.Sid),
        Effect: v.literal(reading.Effect),
        Principal: v.strictObject({ AWS: oneOrMany }),
        Action: v.pipe(
          oneOrMany,
          v.check(actions => actions.join() === reading.Action),
        ),
        Resource: v.pipe(
          oneOrMany,
          v.check(resources => resources.join() === reading.Resource),
        ),
      }),
    ]),
  }),
  v.transform(({ Statement: [statement] }) => statement.Principal.AWS),
)
