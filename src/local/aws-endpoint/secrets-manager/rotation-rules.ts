import * as v from 'valibot'

/** When a secret rotates by itself: kept and shown, but nothing here watches the clock. */
export const rotationRules = v.object({
  AutomaticallyAfterDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
  Duration: v.optional(v.pipe(v.string(), v.regex(/^[0-9]{1,2}h$/))),
  ScheduleExpression: v.optional(v.pipe(v.string(), v.regex(/^(?:rate|cron)\(.{1,200}\)$/))),
})

export type RotationRules = v.InferOutput<typeof rotationRules>
