export type { Contract } from '../src/contracts/contract'
export type { Adoption, ControlPlaneConfig, CustomDomain, MountedContract, Sessions } from './config'
export { ControlPlane, type ControlPlaneProps } from './control-plane'
export { ConfigError } from './parse-config'
