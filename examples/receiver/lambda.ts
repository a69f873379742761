import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { mirroredSecrets } from '../../src/secrets-manager'
import { receiver } from './receiver'

// A receiver as a Lambda function behind an HTTP API. `SECRET_ID` is the mirror's name, or its ARN where it is in another
// account. In a project of your own, import from 'keyturn/secrets-manager'.

const secrets = mirroredSecrets({
  secretId: process.env.SECRET_ID ?? '',
  client: new SecretsManagerClient({}),
  onError: error => console.error('the signing secrets could not be refreshed', error),
})
const receive = receiver({
  secrets,
  accept: async body => console.log(`a genuine delivery of ${body.byteLength} bytes`),
})

export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  // The bytes as they were sent: a body that is parsed and written again no longer fits its signature.
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  const { status, headers } = await receive(body, event.headers)
  return { statusCode: status, headers: { ...headers } }
}
