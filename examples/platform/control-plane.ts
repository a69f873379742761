import type { ControlPlaneConfig } from 'keyturn/infra'
import { acmeworks } from './acmeworks'

/** What `main.ts` gives to `ControlPlane`. It has a file of its own, because API keys are made with it as well. */
export default {
  stage: 'prod',
  contracts: [{ contract: 'keyturn' }, { contract: acmeworks, basePath: '/acmeworks' }],
  mirror: 'on',
  alarmEmail: 'oncall@platform.example',
} satisfies ControlPlaneConfig
