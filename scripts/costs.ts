import { existsSync, readFileSync } from 'node:fs'
import { dailyLookSeconds } from '../src/rotation/daily-look'

// `npm run costs -- <cdk.tf.json>`: what a synthesised stack costs a month, as the tables of docs/operations.md.

/**
 * List prices in dollars, us-east-1, without free tiers, November 2026: https://aws.amazon.com/<service>/pricing/ of KMS,
 * CloudWatch, DynamoDB on demand, SQS standard, Lambda on arm64, API Gateway, EventBridge and Secrets Manager.
 */
const prices = {
  kmsKey: 1,
  /** More a month, after each of the first two yearly rotations. */
  kmsRotation: 1,
  kmsRequest: 3e-6,
  alarm: 0.1,
  dashboard: 3,
  metric: 0.3,
  logByte: 0.5e-9,
  tableByte: 0.25e-9,
  recoveryByte: 0.2e-9,
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  queueRequest: 0.4e-6,
  invocation: 0.2e-6,
  gigabyteSecond: 13.3334e-6,
  apiRequest: 1e-6,
  event: 1e-6,
  secret: 0.4,
  secretRequest: 5e-6,
}

const minutesPerMonth = 730 * 60

/** What a synthesised stack has: resources by type and id. */
export interface Stack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>
}

/** Both tables in Markdown: what the stack costs by its endpoints, and what comes on top. */
export function costTables(stack: Stack): string {
  return `${byEndpoints(stack)}\n\n${onTop(stack)}`
}

interface Row {
  readonly name: string
  /** Dollars a month with so many endpoints, each of which is rotated once. */
  readonly of: (endpoints: number) => number
}

const columns = [
  { name: 'idle', endpoints: 0 },
  { name: '1,000 endpoints', endpoints: 1000 },
  { name: '100,000 endpoints', endpoints: 100_000 },
]

function byEndpoints(stack: Stack): string {
  const own = rowsOf(stack)
  const mirrors: Row = { name: 'mirrors, $0.40 each, and writing them', of: count => count * mirrorPrice }
  const sumOf = (name: string, rows: readonly Row[]): Row => {
    return { name: `**${name}**`, of: count => rows.reduce((sum, row) => sum + row.of(count), 0) }
  }
  const looks: Row = { name: 'looking at each mirror within a day', of: count => count * lookPrice(stack) }
  const all = [...own, mirrors, looks]
  const rows = [...own, sumOf('without mirrors', own), mirrors, looks, sumOf('with mirrors', all)]
  const lines = rows.map(({ name, of }) => [name, ...columns.map(({ endpoints }) => dollars(of(endpoints)))])
  return markdown([['', ...columns.map(({ name }) => name)], ...lines])
}

function rowsOf(stack: Stack): readonly Row[] {
  const count = (type: string): number => resourcesOf(stack, type).length
  const alarms = count('aws_cloudwatch_metric_alarm')
  const metrics = count('aws_cloudwatch_log_metric_filter') + routeMetrics(stack)
  const watching =
    alarms * prices.alarm + count('aws_cloudwatch_dashboard') * prices.dashboard + metrics * prices.metric
  const feeds = count('aws_lambda_event_source_mapping')
  return [
    { name: `${count('aws_kms_key')} KMS keys, in their first year`, of: () => count('aws_kms_key') * prices.kmsKey },
    { name: `${alarms} alarms, dashboard, ${metrics} metrics`, of: () => watching },
    { name: 'asking an empty queue', of: () => feeds * idlePolls * prices.queueRequest },
    { name: 'sweep: functions, queries, logs', of: () => sweepPrice(stack) },
    {
      name: 'table, recovery',
      of: endpoints => endpoints * bytesPerEndpoint * (prices.tableByte + prices.recoveryByte),
    },
    { name: 'rotations: API, function, writes, KMS, events, logs', of: endpoints => endpoints * rotationPrice(stack) },
  ]
}

/** The metrics that API Gateway makes of each route with detailed metrics. */
const metricsPerRoute = 6

function routeMetrics(stack: Stack): number {
  const isDetailed = JSON.stringify(resourcesOf(stack, 'aws_apigatewayv2_stage')).includes(
    '"detailed_metrics_enabled":true',
  )
  return isDetailed ? metricsPerRoute * resourcesOf(stack, 'aws_apigatewayv2_route').length : 0
}

/**
 * AWS Lambda's developer guide, "Configuring scaling behavior for SQS event source mappings": five pollers, and no fewer
 * where the concurrency has a maximum. Each asks for 20 seconds.
 */
const idlePolls = 5 * 3 * minutesPerMonth

/** Queries of a sweep that finds nothing: every shard of each kind of work, and the unsettled ones once more at its end. */
export const queriesPerSweep = 60
const unitsPerEmptyQuery = 0.5
const secondsPerSweep = 0.2
const bytesPerSweep = 400

function sweepPrice(stack: Stack): number {
  const [, minutes = '1'] = /rate\((\d+) minutes?\)/.exec(JSON.stringify(resourcesOf(stack, eventRule))) ?? []
  const queries = queriesPerSweep * unitsPerEmptyQuery * prices.readUnit
  const one = functionPrice(memoryOf(stack, 'sweep'), secondsPerSweep) + queries + bytesPerSweep * prices.logByte
  return (minutesPerMonth / Number(minutes)) * one
}

const eventRule = 'aws_cloudwatch_event_rule'

function functionPrice(gigabytes: number, seconds: number): number {
  return prices.invocation + gigabytes * seconds * prices.gigabyteSecond
}

function memoryOf(stack: Stack, name: string): number {
  const found = resourcesOf(stack, 'aws_lambda_function').find(each => String(each.function_name).endsWith(`-${name}`))
  return Number(found?.memory_size ?? 128) / 1024
}

/** The item, with its settings, keys and changes of a day, and its audit records of a year, each stored twice. */
const bytesPerEndpoint = 15_000

/** An item of 3 KB is committed and settled, from place to place in the index; the audit record, twice; failures that are reset. */
const rotation = { writeUnits: 13, readUnits: 4, kmsRequests: 3, seconds: 0.3, logBytes: 1500 }
/** The sweep comes by once more where the key before ends: the item is read, told and noted, with its place in the index. */
const keyEnd = { readUnits: 1, writeUnits: 5, secondsOfLane: 0.5 }

function rotationPrice(stack: Stack): number {
  return changePrice(stack) + endPrice(stack)
}

function endPrice(stack: Stack): number {
  const { readUnits, writeUnits, secondsOfLane } = keyEnd
  const table = readUnits * prices.readUnit + writeUnits * prices.writeUnit
  const time = memoryOf(stack, 'sweep') * (secondsOfLane / sweepLanes) * prices.gigabyteSecond
  return table + prices.event + time
}

function changePrice(stack: Stack): number {
  const { writeUnits, readUnits, kmsRequests, seconds, logBytes } = rotation
  const table = writeUnits * prices.writeUnit + readUnits * prices.readUnit
  const calls = prices.apiRequest + functionPrice(memoryOf(stack, 'rotate'), seconds) + prices.event
  return table + calls + kmsRequests * prices.kmsRequest + logBytes * prices.logByte
}

/** A version is put aside, then made current; Secrets Manager asks KMS for each. */
const mirrorPrice = prices.secret + 2 * (prices.secretRequest + prices.kmsRequest)

/** Every 20 hours. An item of 3 KB is read and noted, with its place in the index; two calls read the mirror. */
const looksPerMonth = (minutesPerMonth * 60) / dailyLookSeconds
const look = { readUnits: 1, writeUnits: 5, secretRequests: 2, secondsOfLane: 0.5 }
/** Lanes of a sweep that has nothing else to do. */
const sweepLanes = 4

function lookPrice(stack: Stack): number {
  const { readUnits, writeUnits, secretRequests, secondsOfLane } = look
  const table = readUnits * prices.readUnit + writeUnits * prices.writeUnit
  const time = memoryOf(stack, 'sweep') * (secondsOfLane / sweepLanes) * prices.gigabyteSecond
  return looksPerMonth * (table + secretRequests * prices.secretRequest + time)
}

/** A busy receiver refreshes its keys once half of `maxAgeSeconds` is over, 300 seconds by default. */
const refreshesPerMonth = (minutesPerMonth * 60) / 150

function onTop(stack: Stack): string {
  const rotating = resourcesOf(stack, 'aws_kms_key').filter(key => key.enable_key_rotation === true).length
  const reading = refreshesPerMonth * (prices.secretRequest + prices.kmsRequest)
  const million = 1e6
  return markdown([
    ['and on top', 'a month'],
    ['KMS keys, in their second year', dollars(rotating * prices.kmsRotation)],
    ['KMS keys, from their third year on', dollars(rotating * 2 * prices.kmsRotation)],
    ['a busy receiver that reads its mirror', dollars(reading)],
    ['a million deliveries at their first try, in batches of two', dollars(million * messagePrice(firstTry, 2))],
    ['the same in batches of ten', dollars(million * messagePrice(firstTry, 10))],
    ['a million events, besides their deliveries', dollars(million * messagePrice(event, 2))],
  ])
}

/** What work on one message of the queue asks of the table. */
export interface TableUnits {
  readonly readUnits: number
  readonly writeUnits: number
}

/** As `npm run bench -- --only delivery-cost` measures them. */
const firstTry: TableUnits = { readUnits: 4, writeUnits: 5 }
const event: TableUnits = { readUnits: 1, writeUnits: 1 }

/** Messages that are put into the queue at once. */
const mostMessages = 10
const deliverGigabytes = 0.5
/** A receiver's answer, and the calls around it. */
const secondsPerBatch = 0.15

/** Dollars for one. A message is sent in a batch of ten; it is received and removed with those of its own batch. */
export function messagePrice({ readUnits, writeUnits }: TableUnits, batch: number): number {
  const table = readUnits * prices.readUnit + writeUnits * prices.writeUnit
  const queue = (1 / mostMessages + 2 / batch) * prices.queueRequest
  return table + queue + functionPrice(deliverGigabytes, secondsPerBatch) / batch
}

function resourcesOf({ resource }: Stack, type: string): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(resource[type] ?? {})
}

function dollars(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

function main([file = 'cdktf.out/stacks/keyturn-dev.eu-central-1/cdk.tf.json']: readonly string[]): void {
  if (existsSync(file)) {
    // The format of Terraform's JSON syntax.
    console.log(costTables(JSON.parse(readFileSync(file, 'utf8')) as Stack))
  } else {
    console.error(`keyturn: there is no file ${file}; npm run synth writes it`)
    process.exitCode = 1
  }
}

if (require.main === module) main(process.argv.slice(2))
