import { accountId, AwsError } from '../wire'

// The URL and the ARN of a queue, and back to its name. Callers of the embedded SQS use these too.

/** `http://<host>/000000000000/<name>` */
export function queueUrl(host: string, name: string): string {
  return `http://${host}/${accountId}/${name}`
}

/** The name at the end of a queue's URL: the host may be any that leads here. @throws {AwsError} `QueueDoesNotExist` */
export function queueNameOf(url: string): string {
  const [account, name] = URL.canParse(url) ? new URL(url).pathname.slice(1).split('/') : []
  if (account === accountId && name !== undefined) return name
  throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.')
}

/** `arn:aws:sqs:<region>:000000000000:<name>` */
export function queueArn(region: string, name: string): string {
  return `arn:aws:sqs:${region}:${accountId}:${name}`
}
