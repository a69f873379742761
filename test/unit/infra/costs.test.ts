import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { benchDeliveryCost } from '../../../bench/delivery-cost'
import { sweepHandler } from '../../../lambdas/handlers'
import { costTables, queriesPerSweep } from '../../../scripts/costs'
import { dynamoDeliveryStore } from '../../../src/aws/dynamo-delivery-store'
import { dynamoEndpointStore } from '../../../src/aws/dynamo-endpoint-store'
import { dynamoRecoveryStore } from '../../../src/aws/dynamo-recovery-store'
import { newCloud } from '../../simulator/cloud'
import { embeddedTables } from '../aws/embedded-aws'
import { sweepBed } from '../rotation/sweep-bed'
import { minimal, type Synthesised, synthesise } from './support/synthesise'

const newTable = embeddedTables()
const stack = synthesise({ ...minimal, stage: 'prod' })

/** The cells of the row of this name. */
function row(of: Synthesised, name: string | RegExp): readonly string[] {
  const rows = costTables(of)
    .split('\n')
    .map(line => line.split('|').map(cell => cell.trim()))
  const [, , ...cells] = rows.find(([, first = '']) => first.search(name) !== -1) ?? []
  return cells.filter(cell => cell !== '')
}

describe('the cost tables of docs/operations.md', () => {
  it('are those of the stack as it is synthesised: `npm run synth && npm run costs` prints them', () => {
    const [, section = ''] = /\n## What it costs\n([^]*?)\n## /.exec(readFileSync('docs/operations.md', 'utf8')) ?? []
    expect(section.match(/^\|.*(?:\n+\|.*)*/m)?.[0]).toBe(costTables(stack))
  })

  it('follow the stack: keys, alarms, detailed metrics and how often it sweeps', () => {
    const without = (type: string): Synthesised => ({ ...stack, resource: { ...stack.resource, [type]: {} } })
    expect(row(without('aws_kms_key'), 'KMS keys, in their first')[0]).toBe('0.00')
    expect(row(without('aws_kms_key'), 'from their third')[0]).toBe('0.00')
    const watched = Number(row(stack, 'alarms')[0])
    expect(Number(row(without('aws_cloudwatch_metric_alarm'), 'alarms')[0])).toBeLessThan(watched)
    expect(row(without('aws_lambda_event_source_mapping'), 'empty queue')[0]).toBe('0.00')
    const [stage] = Object.values(stack.resource.aws_apigatewayv2_stage ?? {})
    const detailed = { stage: { ...stage, default_route_settings: { detailed_metrics_enabled: true } } }
    const graphs = { ...stack, resource: { ...stack.resource, aws_apigatewayv2_stage: detailed } }
    expect(Number(row(graphs, 'alarms')[0])).toBeGreaterThan(watched + 9)
    const rare = { rule: { schedule_expression: 'rate(10 minutes)' } }
    const rarely = { ...stack, resource: { ...stack.resource, aws_cloudwatch_event_rule: rare } }
    expect(Number(row(rarely, 'sweep')[0])).toBeLessThan(Number(row(stack, 'sweep')[0]) / 5)
  })

  it('count the queries that an idle sweep makes', async () => {
    const table = await newTable()
    let queries = 0
    table.client.middlewareStack.add(
      (next, { commandName }) =>
        args => {
          if (commandName === 'QueryCommand') queries += 1
          return next(args)
        },
      { step: 'initialize' },
    )
    const { deps } = sweepBed({ ...newCloud().services, store: dynamoEndpointStore(table) })
    const handle = sweepHandler({
      ...deps,
      deliveries: dynamoDeliveryStore(table),
      recoveries: dynamoRecoveryStore(table),
      queue: { send: () => Promise.reject(new Error('nothing is due')) },
    })
    await handle({}, { awsRequestId: 'sweep-1', getRemainingTimeInMillis: () => 58_000 })
    expect(queries).toBe(queriesPerSweep)
  })

  it('price deliveries and events as the bench measures them', async () => {
    const figures = new Map((await benchDeliveryCost()).map(({ name, value }) => [name, value.toFixed(2)]))
    expect([figures.get('price of a million, in batches of two')]).toEqual(row(stack, 'batches of two'))
    expect([figures.get('price of a million, in batches of ten')]).toEqual(row(stack, 'batches of ten'))
    expect([figures.get('price of a million events beside that')]).toEqual(row(stack, 'a million events'))
  })
})
