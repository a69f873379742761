/** Settings of an SDK client for the embedded AWS server: any credentials will do, and a refusal is seen at once. */
export function clientConfig(endpoint: string) {
  return {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  }
}
