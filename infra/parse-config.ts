import * as v from 'valibot'
import type { Config, ControlPlaneConfig } from './config'
import { configSchema, controlPlaneSchema, mountedSchema } from './config-schema'

/** A configuration that cannot be deployed. Its message has one line a fault, each beginning with the field's name. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'ConfigError'
  }
}

/** @throws {ConfigError} naming every field at fault */
export function parseConfig(input: unknown): Config {
  return parse(configSchema, input)
}

/** @throws {ConfigError} naming every field at fault */
export function parseControlPlaneConfig(input: unknown): ControlPlaneConfig {
  return parse(controlPlaneSchema, input)
}

/** Only what says which contracts are mounted. @throws {ConfigError} naming every field at fault */
export function parseMounted(input: unknown): Pick<ControlPlaneConfig, 'contracts' | 'sessions'> {
  return parse(mountedSchema, input)
}

function parse<Output>(schema: v.GenericSchema<unknown, Output>, input: unknown): Output {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw new ConfigError(parsed.issues.map(faultOf))
}

function faultOf(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the configuration'
  if (issue.expected === 'never') return `${path}: there is no such field`
  if (issue.received === 'undefined') return `${path}: is missing`
  return `${path}: ${issue.message}`
}
