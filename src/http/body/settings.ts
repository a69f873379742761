import { Problem } from '../../core/problem'
import type { RequestConfig, SettingsChange } from '../../rotation/endpoint'
import { type Fields, fieldsOf, invalidField, readList, readText, readWholeNumber, readWord } from './fields'
import { isObject, type JsonObject } from './json'
import { readDeliveryHeaders, readTargetUrl, type TargetRules } from './target'

export interface SettingsRules extends TargetRules {
  /** `off`: this deployment mirrors nothing. */
  readonly mirror: 'on' | 'off'
}

/** The settings that a body gives; those that are absent are undefined. */
export type GivenSettings = { readonly [Name in keyof SettingsChange]-?: SettingsChange[Name] | undefined }

const eventTypes = {
  most: 100,
  isItem: (text: string) => /^[A-Za-z0-9_.:*-]{1,128}$/.test(text),
  items: '1 to 128 characters of A-Z, a-z, 0-9, _ . : * -',
}
const consumers = {
  most: 20,
  isItem: (text: string) => /^(?:\d{12}|arn:aws(?:-[a-z]+)*:iam::\d{12}:(?:root|role\/[\w+=,.@/-]{1,512}))$/.test(text),
  items: 'a 12-digit account id, or the ARN of a role or of an account’s root, without wildcards',
}
const longestDescription = 1000
const longestName = 200
const timeoutMs = [1_000, 30_000] as const

/** The body's members of which `readSettings` makes settings. */
const settingNames: readonly (keyof SettingsChange)[] = [
  ...(['url', 'description', 'name', 'eventTypes', 'status', 'mirror', 'requestConfig', 'consumers'] as const),
]

/** Whether a place in a body stands in a setting. */
export function isSetting(place: string): boolean {
  return settingNames.some(name => place === name || place.startsWith(`${name}.`))
}

export function readSettings(fields: Fields, rules: SettingsRules): GivenSettings {
  return {
    url: fields.read('url', value => readTargetUrl('url', rules, value)),
    description: fields.read('description', value => readText('description', longestDescription, value)),
    name: fields.read('name', value => readText('name', longestName, value)),
    eventTypes: fields.read('eventTypes', value => readList('eventTypes', eventTypes, value)),
    status: fields.read('status', value => readWord('status', ['active', 'paused'], value)),
    mirror: fields.read('mirror', value => readMirror(rules, value)),
    requestConfig: fields.read('requestConfig', value => readRequestConfig(rules, value)),
    consumers: fields.read('consumers', value => readList('consumers', consumers, value)),
  }
}

function readMirror(rules: SettingsRules, value: unknown): 'on' | 'off' {
  const mirror = readWord('mirror', ['on', 'off'], value)
  if (mirror === 'on' && rules.mirror === 'off') throw invalidField('mirror', 'is off in this deployment')
  return mirror
}

function readRequestConfig(rules: SettingsRules, value: unknown): Partial<RequestConfig> {
  const path = 'requestConfig'
  if (!isObject(value)) throw invalidField(path, 'must be an object')
  const fields = fieldsOf(value, 'refuse', `${path}.`)
  const milliseconds = fields.read('timeoutMs', given => readWholeNumber(`${path}.timeoutMs`, timeoutMs, given))
  const headers = fields.read('headers', given => readDeliveryHeaders(`${path}.headers`, rules.contract, given))
  fields.finish()
  return { ...(milliseconds !== undefined && { timeoutMs: milliseconds }), ...(headers !== undefined && { headers }) }
}

/**
 * The settings that a body changes. Lists and the headers of `requestConfig` are replaced as a whole.
 * @throws {Problem} `invalid-request` naming every field at fault
 */
export function readSettingsChange(body: JsonObject, rules: SettingsRules): SettingsChange {
  const fields = fieldsOf(body, 'refuse')
  const { url, description, name, eventTypes, status, mirror, requestConfig, consumers } = readSettings(fields, rules)
  fields.finish()
  return {
    ...(url !== undefined && { url }),
    ...(description !== undefined && { description }),
    ...(name !== undefined && { name }),
    ...(eventTypes !== undefined && { eventTypes }),
    ...(status !== undefined && { status }),
    ...(mirror !== undefined && { mirror }),
    ...(requestConfig !== undefined && { requestConfig }),
    ...(consumers !== undefined && { consumers }),
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
