export { mirroredSecrets, type MirroredSecrets, type MirroredSecretsOptions } from './mirrored-secrets'
export { SecretsUnavailableError, type SecretsUnavailableCode } from './secret-source'
