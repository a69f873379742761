import * as v from 'valibot'
import { AwsError } from './aws-error'

/**
 * The input as the schema types it; unknown members are dropped, as AWS does.
 * @throws {AwsError} `SerializationException` for another JSON type, `ValidationException` for a missing member or one
 * out of its limits. The message names the member, never its value.
 */
export function parseInput<Schema extends v.GenericSchema>(
  schema: Schema,
  input: Readonly<Record<string, unknown>>,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw refusal(parsed.issues[0])
}

function refusal(issue: v.BaseIssue<unknown>): AwsError {
  const path = v.getDotPath(issue) ?? ''
  const member = path.charAt(0).toLowerCase() + path.slice(1)
  if (issue.kind === 'schema' && issue.type !== 'picklist' && issue.received !== 'undefined') {
    return new AwsError('SerializationException', `Unexpected type at '${member}'.`)
  }
  const constraint =
    issue.kind === 'schema' ? 'Member must not be null' : `Member is outside its limits (${issue.type})`
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}
