import { startAwsServer } from '../../../../local/aws-server/server'

/** Serves the folder of the command line until it is killed, and prints the URL. */
async function main(): Promise<void> {
  const { url } = await startAwsServer({ dataDir: process.argv[2] ?? null, port: 0 })
  process.stdout.write(`${url}\n`)
}

void main()
