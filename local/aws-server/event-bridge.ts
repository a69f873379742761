import { randomUUID } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import * as v from 'valibot'
import { oneAtATime } from './database'
import { accountId, AwsError, type AwsRequest, type AwsService, parseInput, unknownOperation } from './wire'

const entry = v.object({
  Time: v.optional(v.number()),
  Source: v.optional(v.string()),
  DetailType: v.optional(v.string()),
  Detail: v.optional(v.string()),
  Resources: v.optional(v.array(v.string()), []),
  EventBusName: v.optional(v.string(), 'default'),
})
const putEventsInput = v.object({ Entries: v.pipe(v.array(entry), v.minLength(1), v.maxLength(10)) })
const describeInput = v.object({ Name: v.optional(v.string(), 'default') })

type Entry = v.InferOutput<typeof entry>

export interface EventBridgeOptions {
  readonly log: EventLog
  /** Names of the buses that exist; null: every one does. */
  readonly buses: readonly string[] | null
  readonly now: () => Date
}

/** `PutEvents` and `DescribeEventBus` of Amazon EventBridge. */
export function eventBridge(options: EventBridgeOptions): AwsService {
  return async request => {
    if (request.operation === 'PutEvents') return putEvents(options, request)
    if (request.operation === 'DescribeEventBus') return describeEventBus(options, request)
    throw unknownOperation()
  }
}

/** Valid entries go to the log, the others are refused one by one. As AWS has it, a bus that does not exist takes and drops. */
async function putEvents({ log, buses, now }: EventBridgeOptions, request: AwsRequest): Promise<object> {
  const { Entries } = parseInput(putEventsInput, request.input)
  checkSize(Entries)
  const results = Entries.map(each => resultOf(each, { request, now: now() }))
  const kept = results.filter((_, index) => exists(buses, Entries[index]?.EventBusName))
  await log.append(kept.flatMap(({ event }) => event ?? []))
  return {
    FailedEntryCount: results.filter(({ event }) => event === undefined).length,
    Entries: results.map(({ reply }) => reply),
  }
}

function describeEventBus({ buses }: EventBridgeOptions, { input, region }: AwsRequest): object {
  const { Name } = parseInput(describeInput, input)
  if (exists(buses, Name)) return { Name, Arn: `arn:aws:events:${region}:${accountId}:event-bus/${Name}` }
  throw new AwsError('ResourceNotFoundException', `Event bus ${Name} does not exist.`)
}

function exists(buses: readonly string[] | null, name = 'default'): boolean {
  return buses === null || buses.includes(name)
}

const maxBytes = 256 * 1024
const timeBytes = 14

function checkSize(entries: readonly Entry[]): void {
  if (entries.reduce((bytes, each) => bytes + sizeOf(each), 0) <= maxBytes) return
  throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.')
}

/** As the EventBridge user guide counts the size of an entry. */
function sizeOf({ Time, Source, DetailType, Detail, Resources }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources].map(text => Buffer.byteLength(text ?? ''))
  return texts.reduce((sum, bytes) => sum + bytes, Time === undefined ? 0 : timeBytes)
}

interface EntryResult {
  readonly reply: object
  /** The event as its rules and targets would see it; absent where the entry is refused. */
  readonly event?: object
}

function resultOf(entry: Entry, { request, now }: { readonly request: AwsRequest; readonly now: Date }): EntryResult {
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
    account: accountId,
    time: `${time.toISOString().slice(0, 19)}Z`,
    region: request.region,
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

/** Events in the order in which they came, one JSON document a line. */
export interface EventLog {
  /** Resolves once the events are on the disk. */
  append(events: readonly object[]): Promise<void>
  close(): Promise<void>
}

/** An event log that keeps nothing. */
export const noEventLog: EventLog = { append: async () => undefined, close: async () => undefined }

/** The log in a file of mode 0600. A last line that a crash cut short is taken away. */
export async function openEventLog(file: string): Promise<EventLog> {
  const handle = await open(file, 'a+', 0o600)
  await dropCutLine(handle)
  const inTurn = oneAtATime()
  return {
    append: events =>
      inTurn('', async () => {
        await handle.appendFile(events.map(event => `${JSON.stringify(event)}\n`).join(''))
        await handle.datasync()
      }),
    close: () => inTurn('', () => handle.close()),
  }
}

/** More than the longest line, which is one event of 256 KiB with its quotes escaped. */
const tailBytes = 1024 * 1024

async function dropCutLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const start = Math.max(0, size - tailBytes)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start)
  await handle.truncate(start + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1)
}
