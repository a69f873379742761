import type { Synthesised } from './synthesise'

export const accountId = '111122223333'
const region = 'eu-central-1'

const arnOf: Readonly<Record<string, (name: string) => string>> = {
  aws_dynamodb_table: name => `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
  aws_iam_role: name => `arn:aws:iam::${accountId}:role/${name}`,
  aws_cloudwatch_event_bus: name => `arn:aws:events:${region}:${accountId}:event-bus/${name}`,
  aws_cloudwatch_log_group: name => `arn:aws:logs:${region}:${accountId}:log-group:${name}`,
  aws_sqs_queue: name => `arn:aws:sqs:${region}:${accountId}:${name}`,
}

const ofAccount: Readonly<Record<string, string>> = { account_id: accountId, partition: 'aws', id: region }

/** The text with every reference replaced by what AWS would make of it. @throws {RangeError} for any other reference */
export function resolveArns(stack: Synthesised, text: string): string {
  return text.replaceAll(/\$\{(data\.)?(\w+)\.([\w-]+)\.(\w+)\}/g, (reference, data, type, id, attribute) => {
    const found = data === undefined ? resourceArn(stack, { type, id, attribute }) : ofAccount[attribute]
    if (found === undefined) throw new RangeError(`what is ${reference}?`)
    return found
  })
}

interface Reference {
  readonly type: string
  readonly id: string
  readonly attribute: string
}

function resourceArn({ resource }: Synthesised, { type, id, attribute }: Reference): string | undefined {
  const name = resource[type]?.[id]?.name
  return attribute === 'arn' && typeof name === 'string' ? arnOf[type]?.(name) : undefined
}
