import * as v from 'valibot'
import { AwsError } from '../aws-error'

/** The attributes that a queue's owner sets, as text. */
export type QueueAttributes = Readonly<Record<string, string>>

const limits: Readonly<Record<string, readonly [least: number, most: number, usual: number]>> = {
  DelaySeconds: [0, 900, 0],
  MaximumMessageSize: [1024, 1024 * 1024, 1024 * 1024],
  MessageRetentionPeriod: [60, 1_209_600, 345_600],
  ReceiveMessageWaitTimeSeconds: [0, 20, 0],
  VisibilityTimeout: [0, 43_200, 30],
}

/** Kept and shown, without an effect here. */
const kept = ['Policy', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'RedriveAllowPolicy']

export const usualAttributes: QueueAttributes = Object.fromEntries(
  Object.entries(limits).map(([name, [, , usual]]) => [name, String(usual)]),
)

/** @throws {AwsError} `InvalidAttributeName`, `InvalidAttributeValue` */
export function checkAttributes(attributes: QueueAttributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const limit = limits[name]
    if (limit !== undefined) checkNumber(name, value, limit)
    else if (name === 'RedrivePolicy') redrivePolicy(attributes)
    else if (!kept.includes(name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`)
  }
}

function checkNumber(name: string, value: string, [least, most]: readonly [number, number, number]): void {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return
  throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`)
}

/** The value of one of the numeric attributes. */
export function numberOf(attributes: QueueAttributes, name: keyof typeof limits): number {
  return Number(attributes[name] ?? limits[name]?.[2] ?? 0)
}

const redrive = v.object({
  deadLetterTargetArn: v.string(),
  maxReceiveCount: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.transform(Number))]),
    v.integer(),
    v.minValue(1),
    v.maxValue(1000),
  ),
})

export type RedrivePolicy = v.InferOutput<typeof redrive>

/** Where messages go that were received too often, or null. @throws {AwsError} `InvalidAttributeValue` */
export function redrivePolicy({ RedrivePolicy: text = '' }: QueueAttributes): RedrivePolicy | null {
  if (text === '') return null
  const parsed = v.safeParse(redrive, jsonOf(text))
  if (parsed.success) return parsed.output
  throw new AwsError('InvalidAttributeValue', 'Invalid value for the parameter RedrivePolicy.')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
