import type { StoredStage } from '../src/aws/stored-stage'

/** US dollars a month in us-east-1, November 2026: a GB of table and of its point-in-time recovery, a key, a secret. */
const monthly = { tableGigabyte: 0.25 + 0.2, key: 1, mirror: 0.4 }
const gigabyte = 1024 ** 3

/** What a stage that is not disposable leaves behind, what that costs, and how a later deployment takes it over. */
export function whatStays({ table, tableBytes, ringKeyId, mirrorKeyId, mirrors }: StoredStage): string {
  const costs = [(tableBytes / gigabyte) * monthly.tableGigabyte, 2 * monthly.key, mirrors * monthly.mirror]
  const [tableCost, keysCost, mirrorsCost] = costs.map(cost => `$${cost.toFixed(2)}`)
  const total = costs.reduce((sum, cost) => sum + cost, 0)
  return [
    'What stays, and what it costs a month:',
    `  table ${table}: ${tableBytes} bytes, ${tableCost}`,
    `  ring key ${ringKeyId} and mirror key ${mirrorKeyId}: ${keysCost}`,
    `  mirrors in Secrets Manager: ${mirrors}, ${mirrorsCost}`,
    `  together: $${total.toFixed(2)}`,
    'Without the ring key the table cannot be read again. To deploy over it, add to the configuration:',
    `  adopt: { table: true, ringKey: '${ringKeyId}', mirrorKey: '${mirrorKeyId}' },`,
  ].join('\n')
}
