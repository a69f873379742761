import { AwsError } from '../aws-error'

const prefix = 'after '

/** The `NextToken` that goes on after `last`. */
export function tokenAfter(last: string): string {
  return Buffer.from(prefix + last).toString('base64url')
}

/** What `tokenAfter` was given, null without a token. @throws {AwsError} `InvalidNextTokenException` */
export function lastOf(token: string | undefined): string | null {
  if (token === undefined) return null
  const text = Buffer.from(token, 'base64url').toString()
  if (text.startsWith(prefix) && tokenAfter(text.slice(prefix.length)) === token) return text.slice(prefix.length)
  throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.')
}
