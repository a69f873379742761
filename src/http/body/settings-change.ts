import type { SettingsChange } from '../../endpoints/endpoint'
import { fieldsOf } from './fields'
import type { JsonObject } from './json-object'
import { readSettings, type SettingsRules } from './settings'

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
