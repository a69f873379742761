export { mirroredSecrets, type MirroredSecrets, type MirroredSecretsOptions } from './mirrored-secrets'
export { SecretsUnavailableError } from './secret-source'
