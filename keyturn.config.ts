import type { Config } from './config/config'

/** What `npm run deploy` deploys. Every field is explained in `config/config.ts`; docs/operations.md leads through it. */
export default {
  stage: 'dev',
  region: 'eu-central-1',
  contracts: [{ contract: 'keyturn' }],
  mirror: 'on',
} satisfies Config
