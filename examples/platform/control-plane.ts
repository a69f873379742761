import type { ControlPlaneConfig } from 'keyturn/infra'
import { acmeworks } from './acmeworks'

/** What the stack gives to `ControlPlane`, in a file of its own: API keys are made with it too. */
export default {
  stage: 'prod',
  contracts: [{ contract: 'keyturn' }, { contract: acmeworks, basePath: '/acmeworks' }],
  mirror: 'on',
  alarmEmail: 'oncall@platform.example',
} satisfies ControlPlaneConfig
