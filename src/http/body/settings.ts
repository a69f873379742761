import type { Contract } from '../../contracts/contract'
import { Problem } from '../../core/problem'
import type { RequestConfig, SettingsChange } from '../../rotation/endpoint'
import {
  type Field,
  invalidField,
  listOf,
  readTable,
  type ReadTable,
  schemaOf,
  text,
  wholeNumber,
  word,
} from './fields'
import { isObject, type JsonObject } from './json'
import { deliveryHeaders, targetUrl, type TargetRules } from './target'

export interface SettingsRules extends TargetRules {
  /** `off`: this deployment mirrors nothing. */
  readonly mirror: 'on' | 'off'
}

const eventTypes = listOf({
  most: 100,
  pattern: /^[A-Za-z0-9_.:*-]{1,128}$/,
  items: '1 to 128 characters of A-Z, a-z, 0-9, _ . : * -',
})
const consumers = listOf({
  most: 20,
  pattern: /^(?:\d{12}|arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:root|role\/[\w+=,.@/-]{1,512}))$/,
  items: 'a 12-digit account id, or the ARN of a role or of an account’s root, without wildcards',
})

/** An endpoint's settings, as a body gives them. */
export function settingsTable(rules: SettingsRules) {
  return {
    url: targetUrl(rules),
    description: text(1000),
    name: text(200),
    eventTypes,
    status: word(['active', 'paused']),
    mirror: mirrorField(rules),
    requestConfig: requestConfig(rules.contract),
    consumers,
  }
}

/** The settings that a body gives; those that are absent are undefined. */
export type GivenSettings = ReadTable<ReturnType<typeof settingsTable>>

/** The body's members that are settings. */
const settingNames: readonly (keyof GivenSettings)[] = [
  ...(['url', 'description', 'name', 'eventTypes', 'status', 'mirror', 'requestConfig', 'consumers'] as const),
]

/** Whether a place in a body stands in a setting. */
export function isSetting(place: string): boolean {
  return settingNames.some(name => place === name || place.startsWith(`${name}.`))
}

function mirrorField(rules: SettingsRules): Field<'on' | 'off'> {
  const either = word(['on', 'off'])
  if (rules.mirror === 'on') return either
  return {
    schema: { type: 'string', enum: ['off'] },
    read: (path, value) => {
      const mirror = either.read(path, value)
      if (mirror === 'on') throw invalidField(path, 'is off in this deployment')
      return mirror
    },
  }
}

function requestConfigTable(contract: Contract) {
  return { timeoutMs: wholeNumber([1_000, 30_000]), headers: deliveryHeaders(contract) }
}

function requestConfig(contract: Contract): Field<Partial<RequestConfig>> {
  const table = requestConfigTable(contract)
  return {
    schema: schemaOf(table, 'refuse'),
    read: (path, value) => {
      if (!isObject(value)) throw invalidField(path, 'must be an object')
      const { timeoutMs, headers } = readTable(value, table, 'refuse', `${path}.`)
      return { ...(timeoutMs !== undefined && { timeoutMs }), ...(headers !== undefined && { headers }) }
    },
  }
}

/**
 * The settings that a body changes. Lists and the headers of `requestConfig` are replaced as a whole.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readSettingsChange(body: JsonObject, rules: SettingsRules): SettingsChange {
  const given = readTable(body, settingsTable(rules), 'refuse')
  const { url, description, name, eventTypes: types, status, mirror, requestConfig: config, consumers: readers } = given
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(name !== undefined && { name }),
    ...(types !== undefined && { eventTypes: types }),
    ...(status !== undefined && { status }),
    ...(mirror !== undefined && { mirror }),
    ...(config !== undefined && { requestConfig: config }),
    ...(readers !== undefined && { consumers: readers }),
  }
}

/**
 * Refuses a consumer whose account may not use the mirror key: the policy alone would not let it read.
 * @param readers account ids; undefined: any
 * @throws {Problem} `consumer-not-reader`, naming the consumer alone: the readers are other customers' accounts
 */
export function checkConsumers(consumers: readonly string[], readers: readonly string[] | undefined): void {
  if (readers === undefined) return
  const errors = consumers.flatMap((consumer, index) => {
    const account = /\d{12}/.exec(consumer)?.[0] ?? ''
    if (readers.includes(account)) return []
    const message = `${consumer} is of an account that may not read mirrors of this deployment`
    return [{ path: `consumers.${index}`, message }]
  })
  const [first] = errors
  if (first !== undefined) throw new Problem('consumer-not-reader', `${first.message}.`, { errors })
}
