import * as v from 'valibot'
import { leaseItemKey } from '../../../../src/aws/item-keys'
import { decodeItem } from '../../../../src/aws/items'
import { getItem } from '../../../../src/aws/queries'
import type { Table } from '../../../../src/aws/table'
import type { EndpointAddress } from '../../../../src/rotation/ports'
import { verify } from '../../../../src/verify'
import type { DeliveryBed, Subscribed } from './bed'
import type { Arrival } from './receiver'
import type { PublishedEvent, Scenario } from './scenarios'

/** What came of an event at one of its subscribers. */
export interface Outcome {
  /** The status that each arrival was answered with; null: nothing. */
  readonly answers: readonly (number | null)[]
  /** The different message ids that arrived. */
  readonly arrived: readonly unknown[]
  /** What the endpoint's deliveries are listed as: each its message id and status. */
  readonly listed: readonly string[]
  /** Arrivals that the live key did not sign. */
  readonly unsigned: number
  /** Dead letters about it. */
  readonly dead: number
  /** Slots that an attempt holds still. */
  readonly held: readonly string[]
}

/** Where to look. `deadLetters`: the bodies of all that there are. */
export interface Remains {
  readonly bed: DeliveryBed
  readonly deadLetters: readonly string[]
}

export function outcomesOf(remains: Remains, { tenantId, subscribers }: PublishedEvent): Promise<readonly Outcome[]> {
  return Promise.all(subscribers.map(subscribed => outcomeOf(remains, tenantId, subscribed)))
}

async function outcomeOf({ bed, deadLetters }: Remains, tenantId: string, to: Subscribed): Promise<Outcome> {
  const { receiver, deliveries, table, clock } = bed
  const { endpointId, secret, url } = to
  const address = { tenantId, endpointId }
  const arrivals = receiver.arrivals.filter(({ path }) => receiver.url + path === url)
  const [recent, leases] = await Promise.all([deliveries.deliveries.recent(address, 10), leasesAt(table, address)])
  return {
    answers: arrivals.map(({ status }) => status),
    arrived: [...new Set(arrivals.map(({ headers }) => headers['webhook-id']))],
    listed: recent.map(({ messageId, status }) => `${messageId} ${status}`),
    unsigned: arrivals.filter(arrival => !isSigned(arrival, secret)).length,
    dead: deadLetters.filter(body => body.includes(`"${endpointId}"`)).length,
    held: leases.filter(lease => lease >= clock.now().toISOString()),
  }
}

/** What the endpoint's slots hold. */
async function leasesAt(table: Table, { tenantId, endpointId }: EndpointAddress): Promise<readonly string[]> {
  const item = await getItem(table, leaseItemKey(tenantId))
  if (item === null) return []
  const { leases } = decodeItem(v.object({ leases: v.record(v.string(), v.string()) }), item)
  return Object.entries(leases).flatMap(([name, lease]) => (name.startsWith(`${endpointId}#`) ? lease : []))
}

function isSigned({ body, headers, at }: Arrival, secret: string): boolean {
  try {
    verify(body, headers, secret, { now: at })
    return true
  } catch {
    return false
  }
}

/** The rules that an event broke on its way to a subscriber. */
export function brokenRules(scenario: Scenario, outcome: Outcome): readonly string[] {
  return Object.entries(rules).flatMap(([rule, keeps]) => (keeps(outcome, scenario) ? [] : rule))
}

type Rule = (outcome: Outcome, scenario: Scenario) => boolean

const rules: Readonly<Record<string, Rule>> = {
  'it arrives, at most once more than it should': ({ answers }, scenario) =>
    isOneOf(answers.length, scenario.answers.length),
  'it arrives once after an answer that was not a success, or twice': ({ answers }) => {
    const failed = answers.indexOf(500)
    return failed === -1 || isOneOf(answers.length - failed - 1, 1)
  },
  'the last answer is the one that ends it': ({ answers }, scenario) => answers.at(-1) === scenario.answers.at(-1),
  'every arrival has the same message id': ({ arrived }) => arrived.length === 1,
  'the live key signed every arrival': ({ unsigned }) => unsigned === 0,
  'the endpoint lists it once, as it ended': ({ arrived, listed }, { end }) =>
    listed.length === 1 && listed[0] === `${String(arrived[0])} ${end}`,
  'it is in the dead-letter queue where it was given up, and only there': ({ dead }, { end }) =>
    end === 'failed' ? isOneOf(dead, 1) : dead === 0,
  'no slot is held': ({ held }) => held.length === 0,
}

function isOneOf(count: number, least: number): boolean {
  return count === least || count === least + 1
}
