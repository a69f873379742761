export type {
  Adoption,
  ControlPlaneConfig,
  CustomDomain,
  FunctionRoles,
  FunctionVpc,
  MountedContract,
  Sessions,
} from '../config/config'
export { ConfigError } from '../config/schema'
export type { Contract } from '../src/contracts/contract'
export { pinAwsProvider } from './aws-provider'
export { ControlPlane, type ControlPlaneProps } from './control-plane'
export { RotatedSecret, type RotatedSecretProps } from './rotated-secret'
