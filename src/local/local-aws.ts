export const stage = 'local'

/** How the embedded AWS endpoint is called. It takes any credentials; these are made up. */
export const localAws = {
  region: 'us-east-1',
  accessKeyId: 'local',
  secretAccessKey: 'local',
  table: 'keyturn-local',
} as const

/** Where deliveries wait, and where those end that were given up. Data folders hold queues by these names. */
export const deliveryQueue = 'keyturn-local-deliveries'
export const deadLetterQueue = 'keyturn-local-dead-letters'

/** The only two KMS keys that exist. */
export const ringKeyId = 'alias/keyturn-local-ring'
export const mirrorKeyId = 'alias/keyturn-local-mirror'
