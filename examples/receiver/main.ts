import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mirroredSecrets } from '../../src/secrets-manager'
import { receiverServer } from './node'
import { receiver } from './receiver'
import { senderOf } from './senders'

// A receiver as a server of its own: `SECRET_ID=<mirror> PORT=8080 npx tsx examples/receiver/main.ts`. `SENDER=github` or
// `SENDER=gitlab`: the secret that the rotation hook keeps for one of these. In a project of your own, import from 'keyturn/secrets-manager'.

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

receiverServer(receive).listen(Number(process.env.PORT ?? 8080))
