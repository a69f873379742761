import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'

/** For the local run and tests: a deployment has its own. Repeatable. Returns the queue's URL. */
export async function createQueue(
  client: SQSClient,
  name: string,
  attributes: Readonly<Record<string, string>>,
): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }))
  if (QueueUrl === undefined) throw new Error('SQS answered without a queue URL')
  return QueueUrl
}

/** The attribute `RedrivePolicy` of a queue whose messages go to `deadLetterUrl` after so many receives. */
export async function redrivePolicy(
  client: SQSClient,
  deadLetterUrl: string,
  maxReceiveCount: number,
): Promise<string> {
  const wanted = new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] })
  const { Attributes } = await client.send(wanted)
  return JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount })
}
