import { expect, it } from '@jest/globals'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { startGateway } from '../../../../local/gateway'
import { gatewayRoutes } from '../../../../src/contracts/gateway-routes'
import { keyturn } from '../../../../src/contracts/keyturn'
import { portalHandler } from '../../../../src/http/portal-handler'

it('200 with the description of our own API where that is mounted below /portal', async () => {
  const handler = portalHandler({ files: new Map([['openapi.json', Buffer.from('{}')]]), embedOrigins: [] })
  const gateway = await startGateway({
    port: 0,
    routes: gatewayRoutes([{ contract: keyturn, basePath: '/portal/x' }], { portal: 'on' }).filter(
      route => route.function === 'portal',
    ),
    invoke: (_, event) => handler(event as APIGatewayProxyEventV2),
    now: () => new Date(),
  })
  const statusOf = async (path: string): Promise<number> => (await fetch(gateway.url + path)).status
  const statuses = [await statusOf('/portal/x/openapi.json'), await statusOf('/portal/openapi.json')]
  await gateway.close()
  expect(statuses).toEqual([200, 404])
})
