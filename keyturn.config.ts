import type { Config } from './infra/config'

/** What `npm run deploy` deploys. Every field is explained in `infra/config.ts`; docs/operations.md leads through it. */
export default {
  stage: 'dev',
  region: 'eu-central-1',
  contracts: [{ contract: 'keyturn' }],
  mirror: 'on',
} satisfies Config
