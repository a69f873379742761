import * as v from 'valibot'
import type { HttpReply } from './dynamo-db'

// `TransactWriteItems`, which dynalite does not have: each write of the transaction by dynalite itself, one after another
// while nothing else runs, and taken back where one of them fails. Of the writes, `Put`, `Update` and `Delete`.

/** One call that dynalite knows. */
export type Call = (operation: string, input: object) => Promise<HttpReply>

const item = v.record(v.string(), v.unknown())
const write = v.looseObject({
  TableName: v.string(),
  Key: v.exactOptional(item),
  Item: v.exactOptional(item),
  ReturnValuesOnConditionCheckFailure: v.exactOptional(v.string()),
})
type Write = v.InferOutput<typeof write>

const schema = v.object({
  TransactItems: v.pipe(
    v.array(
      v.strictObject({ Put: v.exactOptional(write), Update: v.exactOptional(write), Delete: v.exactOptional(write) }),
    ),
    v.minLength(1),
    v.maxLength(100),
  ),
  ClientRequestToken: v.exactOptional(v.string()),
})

/** AWS's time: a repeat with the same token within it does nothing again. */
const rememberedMilliseconds = 10 * 60 * 1000

/** Answers one transaction by calls that have nothing else beside them. */
export type Transact = (call: Call, body: Buffer) => Promise<HttpReply>

/** Answers transactions, and remembers those that were made by their tokens. */
export function transactions(now: () => number): Transact {
  const made = new Map<string, { readonly text: string; readonly until: number }>()
  return async (call, body) => {
    const text = body.toString('utf8')
    const parsed = v.safeParse(schema, JSON.parse(text))
    if (!parsed.success) return refusal('ValidationException', 'The transaction is malformed, or not known here.')
    const { ClientRequestToken: token, TransactItems } = parsed.output
    for (const [old, { until }] of made) if (until < now()) made.delete(old)
    const earlier = token === undefined ? undefined : made.get(token)
    if (earlier !== undefined) return earlier.text === text ? done : mismatch
    const reply = await writeAll(call, TransactItems.flatMap(stepsOf))
    if (reply === done && token !== undefined) made.set(token, { text, until: now() + rememberedMilliseconds })
    return reply
  }
}

interface Step {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem'
  readonly input: Write
}

function stepsOf({ Put, Update, Delete }: v.InferOutput<typeof schema>['TransactItems'][number]): readonly Step[] {
  return [
    ...(Put === undefined ? [] : [{ operation: 'PutItem' as const, input: Put }]),
    ...(Update === undefined ? [] : [{ operation: 'UpdateItem' as const, input: Update }]),
    ...(Delete === undefined ? [] : [{ operation: 'DeleteItem' as const, input: Delete }]),
  ]
}

/** Why a write was not made, as AWS tells it: in the order of the writes. */
interface Reason {
  readonly Code: string
  readonly Message?: string
  readonly Item?: unknown
}

/** Makes every write, or none; like AWS, a transaction tells of each write whose condition failed. */
async function writeAll(call: Call, steps: readonly Step[]): Promise<HttpReply> {
  const made: Made[] = []
  const reasons: Reason[] = []
  for (const { operation, input } of steps) {
    const { ReturnValuesOnConditionCheckFailure: wanted, ...asked } = input
    const reply = await call(operation, { ...asked, ReturnValues: 'ALL_OLD' })
    const hasFailed = reply.text.includes('ConditionalCheckFailedException')
    if (reply.status !== 200 && !hasFailed) return takeBack(call, made, reply)
    if (!hasFailed) made.push({ input, old: before(reply) })
    reasons.push(hasFailed ? await failedCondition(call, input, wanted) : { Code: 'None' })
  }
  return made.length === steps.length ? done : takeBack(call, made, cancelled(reasons))
}

async function failedCondition(call: Call, input: Write, wanted: string | undefined): Promise<Reason> {
  const stored = wanted === 'ALL_OLD' ? await storedItem(call, input) : undefined
  const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }
  return stored === undefined ? reason : { ...reason, Item: stored }
}

function cancelled(reasons: readonly Reason[]): HttpReply {
  const message = `Transaction cancelled, reasons: [${reasons.map(({ Code }) => Code).join(', ')}]`
  return refusal('TransactionCanceledException', message, { CancellationReasons: reasons })
}

/** A write that was made, and the item before it. */
interface Made {
  readonly input: Write
  readonly old: unknown
}

/** The item as it was before a write that was made. */
function before({ text }: HttpReply): unknown {
  return v.parse(v.object({ Attributes: v.optional(item) }), JSON.parse(text)).Attributes
}

/** Undoes what was made, the last first. Returns the reply that says why. */
async function takeBack(call: Call, made: readonly Made[], why: HttpReply): Promise<HttpReply> {
  for (const { input, old } of made.toReversed()) {
    const { TableName } = input
    if (old === undefined) await call('DeleteItem', { TableName, Key: await keyOf(call, input) })
    else await call('PutItem', { TableName, Item: old })
  }
  return why
}

async function storedItem(call: Call, input: Write): Promise<unknown> {
  const get = { TableName: input.TableName, Key: await keyOf(call, input), ConsistentRead: true }
  const { text } = await call('GetItem', get)
  return v.parse(v.object({ Item: v.optional(item) }), JSON.parse(text)).Item
}

const tableSchema = v.object({ Table: v.object({ KeySchema: v.array(v.object({ AttributeName: v.string() })) }) })

/** A put has no key of its own: it stands in the item, under the names that the table gives it. */
async function keyOf(call: Call, { TableName, Key, Item = {} }: Write): Promise<object> {
  if (Key !== undefined) return Key
  const { text } = await call('DescribeTable', { TableName })
  const names = v.parse(tableSchema, JSON.parse(text)).Table.KeySchema.map(({ AttributeName }) => AttributeName)
  return Object.fromEntries(names.map(name => [name, Item[name]]))
}

const headers = { 'content-type': 'application/x-amz-json-1.0' }
const done: HttpReply = { status: 200, headers, text: '{}' }

function refusal(type: string, message: string, more: object = {}): HttpReply {
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, Message: message, message, ...more }
  return { status: 400, headers, text: JSON.stringify(body) }
}

const mismatch = refusal(
  'IdempotentParameterMismatchException',
  'A transaction with this ClientRequestToken had other parameters.',
)

/** Lets ordinary work run side by side, and a transaction while nothing else does. */
export interface Gate {
  readonly beside: <Result>(work: () => Promise<Result>) => Promise<Result>
  readonly alone: <Result>(work: () => Promise<Result>) => Promise<Result>
}

export function newGate(): Gate {
  const running = new Set<Promise<unknown>>()
  let last: Promise<unknown> = Promise.resolve()
  return {
    beside: async work => {
      await last
      const mine = work()
      running.add(mine)
      try {
        return await mine
      } finally {
        running.delete(mine)
      }
    },
    alone: work => {
      const mine = last.then(() => Promise.allSettled(running)).then(work)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
