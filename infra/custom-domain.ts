import { Apigatewayv2ApiMapping } from '@cdktf/provider-aws/lib/apigatewayv2-api-mapping'
import { Apigatewayv2DomainName } from '@cdktf/provider-aws/lib/apigatewayv2-domain-name'
import { Construct } from 'constructs'
import type { CustomDomain as Domain } from './config'
import type { HttpApi } from './http-api'

/** The API under a name of one's own. Its DNS record (an alias or CNAME to `target`) is made elsewhere. */
export class CustomDomain extends Construct {
  readonly target: string

  constructor(scope: Construct, id: string, { domain, http }: { readonly domain: Domain; readonly http: HttpApi }) {
    super(scope, id)
    const name = new Apigatewayv2DomainName(this, 'name', {
      domainName: domain.name,
      domainNameConfiguration: {
        certificateArn: domain.certificateArn,
        endpointType: 'REGIONAL',
        securityPolicy: 'TLS_1_2',
      },
    })
    new Apigatewayv2ApiMapping(this, 'mapping', { apiId: http.api.id, domainName: name.id, stage: http.stage.id })
    this.target = name.domainNameConfiguration.targetDomainName
  }
}
