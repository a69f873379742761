// `aws <service> <operation> --member value …` by the SDK: the operations and members that the command has are those of
// the API, so that a command of the docs can be run where AWS's own command line is not installed.

type Input = Record<string, unknown>

/** What every client package of the SDK exports, by names of its own. */
type ClientPackage = Readonly<Record<string, new (input: Input) => { send(command: unknown): Promise<object> }>>

const services: Readonly<Record<string, { readonly package: string; readonly client: string }>> = {
  dynamodb: { package: '@aws-sdk/client-dynamodb', client: 'DynamoDBClient' },
  kms: { package: '@aws-sdk/client-kms', client: 'KMSClient' },
  secretsmanager: { package: '@aws-sdk/client-secrets-manager', client: 'SecretsManagerClient' },
}

/** The SDK's client and command. @throws {RangeError} when there is no such operation */
export async function findOperation(service: string, operation: string) {
  const names = services[service]
  const sdk = names && ((await import(names.package)) as ClientPackage)
  const [Client, Command] = [sdk?.[names?.client ?? ''], sdk?.[`${pascal(operation)}Command`]]
  if (Client === undefined || Command === undefined) throw new RangeError(`there is no ${service} ${operation}`)
  return { Client, Command }
}

async function main([service = '', operation = '', ...options]: readonly string[]): Promise<void> {
  const { region = process.env.AWS_REGION, endpointUrl: endpoint, ...given } = readOptions(options)
  const { Client, Command } = await findOperation(service, operation)
  const input = Object.fromEntries(Object.entries(given).map(([name, value]) => [upper(name), value]))
  const client = new Client(endpoint === undefined ? { region } : { region, endpoint })
  console.log(JSON.stringify(await client.send(new Command(input))))
}

function readOptions(options: readonly string[]): Input {
  const input: Input = {}
  for (let at = 0; at < options.length; at += 1) {
    const [, no, name = ''] = /^--(no-)?(.+)$/.exec(options[at] ?? '') ?? []
    if (no !== undefined) input[camel(name)] = false
    else input[camel(name)] = valueOf(options[(at += 1)] ?? '')
  }
  return input
}

function valueOf(text: string): unknown {
  return /^[{[]/.test(text) ? JSON.parse(text) : text
}

function camel(kebab: string): string {
  return kebab.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

function pascal(kebab: string): string {
  return upper(camel(kebab))
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

if (require.main === module) void main(process.argv.slice(2))
