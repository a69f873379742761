import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { unknownOperation } from './aws-call'
import type { AwsCall, AwsService } from './aws-call'
import { AwsError } from './aws-error'
import type { EventLog } from './event-log'
import { parseInput } from './parse-input'

const maxBytes = 256 * 1024
const timeBytes = 14

const entry = v.object({
  Time: v.optional(v.number()),
  Source: v.optional(v.string()),
  DetailType: v.optional(v.string()),
  Detail: v.optional(v.string()),
  Resources: v.optional(v.array(v.string()), []),
  EventBusName: v.optional(v.string(), 'default'),
})
const schema = v.object({ Entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(10)) })

type Entry = v.InferOutput<typeof entry>

/** `PutEvents` of Amazon EventBridge: valid entries go to the log, the others are answered one by one. */
export function eventBridge(log: EventLog, now: () => Date): AwsService {
  return async call => {
    if (call.operation !== 'PutEvents') throw unknownOperation()
    const { Entries } = parseInput(schema, call.input)
    if (Entries.reduce((bytes, each) => bytes + sizeOf(each), 0) > maxBytes) throw overLimit()
    const results = Entries.map(each => resultOf(each, { call, now: now() }))
    await log.append(results.flatMap(({ event }) => event ?? []))
    return {
      FailedEntryCount: results.filter(({ event }) => event === undefined).length,
      Entries: results.map(({ reply }) => reply),
    }
  }
}

interface EntryResult {
  readonly reply: object
  /** The event as its rules and targets would see it; absent where the entry is refused. */
  readonly event?: object
}

function resultOf(entry: Entry, { call, now }: { readonly call: AwsCall; readonly now: Date }): EntryResult {
  const { Source, DetailType, Detail } = entry
  if (!Source) return missing('Source')
  if (!DetailType) return missing('DetailType')
  if (!Detail) return missing('Detail')
  const detail = jsonObject(Detail)
  if (detail === undefined) return refused('MalformedDetail', 'Detail is malformed.')
  const id = randomUUID()
  const time = entry.Time === undefined ? now : new Date(entry.Time * 1000)
  const event = {
    version: '0',
    id,
    'detail-type': DetailType,
    source: Source,
    account: '000000000000',
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: call.region,
    resources: entry.Resources,
    detail,
    'event-bus-name': entry.EventBusName,
  }
  return { reply: { EventId: id }, event }
}

function missing(parameter: string): EntryResult {
  return refused('InvalidArgument', `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`)
}

function refused(ErrorCode: string, ErrorMessage: string): EntryResult {
  return { reply: { ErrorCode, ErrorMessage } }
}

function jsonObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/** As the EventBridge user guide counts the size of an entry. */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources].map(text => Buffer.byteLength(text ?? ''))
  return texts.reduce((sum, bytes) => sum + bytes, Time === undefined ? 0 : timeBytes)
}

function overLimit(): AwsError {
  return new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.')
}
