import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type {
  ALBEvent,
  ALBResult,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
} from 'aws-lambda'
import { mirroredSecrets } from '../../src/secrets-manager'
import { receiver } from './receiver'
import { senderOf } from './senders'

// A receiver as a Lambda function behind an HTTP API, a REST API, a function URL or a load balancer. `SECRET_ID` is the
// mirror's name, or its ARN where it is in another account; `SENDER` is `github` or `gitlab` for one of these. In a project of your own, import from
// 'keyturn/secrets-manager'.

const { scheme, options } = senderOf(process.env)
const secrets = mirroredSecrets({
  ...options,
  secretId: process.env.SECRET_ID ?? '',
  client: new SecretsManagerClient({}),
  onError: error => console.error('the signing secrets are not as they should be', error),
})
const receive = receiver({
  secrets,
  scheme,
  accept: async body => console.log(`a genuine delivery of ${body.byteLength} bytes`),
})

type Event = APIGatewayProxyEventV2 | APIGatewayProxyEvent | ALBEvent
type Result = APIGatewayProxyStructuredResultV2 & APIGatewayProxyResult & ALBResult

export async function handler(event: Event): Promise<Result> {
  // The bytes as they were sent: a body that is parsed and written again no longer fits its signature.
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  // Multi-value headers are looked at first: in the others, the last of several values hides the rest.
  const several = 'multiValueHeaders' in event ? event.multiValueHeaders : undefined
  const { status, headers } = await receive(body, several ?? event.headers)
  return { statusCode: status, body: '', ...(several ? { multiValueHeaders: listed(headers) } : { headers }) }
}

function listed(headers: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
}
