import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { terraformModule } from '../../../cli/module'
import config from '../../../keyturn.config'
import { functionNames } from '../../../infra/function-statements'
import { minimal, synthesise } from '../infra/support/synthesise'

const throttle = { requestsPerSecond: 7, burst: 8 }
const chosen = synthesise({
  ...minimal,
  alarmEmail: 'ops@example.com',
  logRetentionDays: 90,
  changeThrottle: throttle,
  tags: { team: '${x} %{y}' },
})

describe('keyturn module', () => {
  it('wrote the example of this configuration: `npm run keyturn -- module` writes it anew', () => {
    const { files } = terraformModule(synthesise(config))
    const committed = Object.keys(files).map(name => [name, readFileSync(`terraform/${name}`, 'utf8')])
    expect(Object.fromEntries(committed)).toEqual(files)
  })

  it('makes variables of alarm e-mail, retention, throttles and tags, with what the configuration says', () => {
    const { 'variables.tf': variables = '' } = terraformModule(chosen).files
    const defaults = [...variables.matchAll(/variable "(\w+)" \{[^]*?default {5}= (.*)\n/g)]
    expect(Object.fromEntries(defaults.map(([, name, value]) => [name, value]))).toEqual({
      alarm_email: '"ops@example.com"',
      log_retention_days: '90',
      throttle: '{ "requests_per_second" = 100, "burst" = 200 }',
      change_throttle: '{ "requests_per_second" = 7, "burst" = 8 }',
      tags: '{ "team" = "$${x} %%{y}" }',
    })
  })

  it('uses each variable everywhere it belongs, and says what is fixed', () => {
    const { 'main.tf.json': text = '' } = terraformModule(chosen).files
    const main = JSON.parse(text)
    const settings = (type: string): readonly Record<string, unknown>[] => Object.values(main.resource[type])
    expect(main['//'].join(' ')).toContain('Everything is as keyturn.config.ts says')
    expect(text).not.toContain('ops@example.com')
    expect(main.provider.aws[0].default_tags).toEqual([{ tags: '${merge(var.tags, { keyturn = "dev" })}' }])
    for (const group of settings('aws_cloudwatch_log_group'))
      expect(group.retention_in_days).toBe('${var.log_retention_days}')
    const [stage] = settings('aws_apigatewayv2_stage')
    const limits = (name: string) => ({
      throttling_rate_limit: `\${var.${name}.requests_per_second}`,
      throttling_burst_limit: `\${var.${name}.burst}`,
    })
    expect(stage?.default_route_settings).toMatchObject(limits('throttle'))
    for (const route of Object(stage).route_settings as readonly object[])
      expect(route).toMatchObject(limits('change_throttle'))
    expect(settings('aws_sns_topic_subscription')).toMatchObject([
      { count: '${var.alarm_email == null ? 0 : 1}', endpoint: '${var.alarm_email}' },
    ])
  })

  it('has the code of every function beside it, and needs nothing of CDKTF', () => {
    const { files, functions } = terraformModule(chosen)
    expect(Object.keys(functions).toSorted()).toEqual(functionNames.map(name => `${name}.zip`).toSorted())
    const { 'main.tf.json': text = '' } = files
    for (const name of functionNames) expect(text).toContain(`"\${path.module}/functions/${name}.zip"`)
    expect(text).not.toMatch(/cdktf|assets\//)
  })
})
