import { localClientOptions } from '../../../local/aws-resources'
import { keepConnections, listen } from '../../../local/listen'
import { receiverServer } from '../../../examples/receiver/node'
import { receiver } from '../../../examples/receiver/receiver'
import { secretsManagerClient } from '../../../src/aws/clients'
import type { Contract } from '../../../src/contracts/contract'
import { mirroredSecrets } from '../../../src/secrets-manager'
import { seededContracts } from '../../support/seeded-contracts'
import type { ReceiverPlan, ReceiversPlan } from './receivers'

// A process of its own: the receivers, which are other machines than the sender's. It tells its parent where they listen,
// and ends with it.

async function startReceivers({ aws, accessKeyId, receivers }: ReceiversPlan): Promise<readonly string[]> {
  const client = secretsManagerClient(localClientOptions(aws, accessKeyId))
  return Promise.all(receivers.map(plan => startReceiver(plan, client)))
}

/** Resolves to the URL. What is refused is counted by the sender, so nothing is printed. */
function startReceiver(
  { contract, ...rules }: ReceiverPlan,
  client: ReturnType<typeof secretsManagerClient>,
): Promise<string> {
  const secrets = mirroredSecrets({ ...rules, client })
  const { signing: scheme } = contractOf(contract)
  const receive = receiver({ secrets, scheme, accept: async () => undefined, onTryAgain: () => undefined })
  const server = receiverServer(receive)
  keepConnections(server)
  return listen(server, 0)
}

function contractOf(name: string): Contract {
  const contract = seededContracts.find(each => each.name === name)
  if (contract === undefined) throw new TypeError('there is no such contract')
  return contract
}

process.once('disconnect', () => process.exit())
void startReceivers(JSON.parse(process.argv[2] ?? '') as ReceiversPlan).then(urls => process.send?.(urls))
