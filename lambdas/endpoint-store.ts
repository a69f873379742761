import { dynamoEndpointStore } from '../src/aws/dynamo-endpoint-store'
import type { Table } from '../src/aws/table'
import type { EndpointStore } from '../src/endpoints/endpoint-store'
import { withoutMirrors } from '../src/mirror/without-mirrors'
import type { SettlingEnvironment } from './environment'

/** The endpoints in the table, as the deployment mirrors them. */
export function endpointStore({ MIRROR }: Pick<SettlingEnvironment, 'MIRROR'>, table: Table): EndpointStore {
  const store = dynamoEndpointStore(table)
  return MIRROR === 'off' ? withoutMirrors(store) : store
}
