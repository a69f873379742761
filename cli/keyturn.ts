import { CommanderError } from 'commander'
import { quietSdk } from '../local/operator-error'
import { startAbout, startOptionLines, startUsage } from '../local/options'
import { version } from '../package.json'
import { KeyturnCommand } from './command'
import { commandFault, toldInOneLine } from './faults'

// The command `keyturn`. All that it takes stands here. What a command does stands in a file that is loaded once it is
// called, so that `--help` does not wait for the AWS SDK.

/** Runs what the arguments ask for. Sets the exit code, and never rejects: `explain` says by 1 what it found. */
export async function main(args: readonly string[]): Promise<void> {
  quietSdk()
  try {
    await keyturn().parseAsync(args, { from: 'user' })
  } catch (error) {
    // What --help and --version end with.
    if (error instanceof CommanderError && error.exitCode === 0) return
    console.error(args.includes('--json') ? JSON.stringify({ error: commandFault(error) }) : toldInOneLine(error))
    // The 1 of these says that the receiver failed, or that the request does not verify.
    process.exitCode = args[0] === 'exam' || args[0] === 'explain' ? 2 : 1
  }
}

function keyturn(): KeyturnCommand {
  const program = new KeyturnCommand('keyturn')
  program.description('Operates Keyturn: API keys, deliveries, stages.').version(version, '--version')
  program.exitOverride().enablePositionalOptions()
  addStart(program)
  addKeys(program.command('keys'))
  addPortalLink(program.command('portal-link'))
  addRedrive(program.command('redrive'))
  addRestore(program.command('restore'))
  addDeploy(program)
  addDestroy(program.command('destroy'))
  addModule(program.command('module'))
  addCheckContract(program.command('check-contract'))
  addExam(program.command('exam'))
  addExplain(program.command('explain'))
  return program.needsSubcommand()
}

const table = ['--table <name>', 'a deployed table, with the AWS credentials of the environment'] as const
const region = ['--region <region>', 'with --table (default: AWS_REGION)'] as const
const bus = ['--bus <name>', "with --table: the deployment's event bus (default: the table's name)"] as const
const dataDir = [
  '--data-dir <folder>',
  'otherwise: the data folder of a running local run (default: .keyturn)',
] as const

const ownConfig = [
  '--config <file>',
  'with --table: the configuration, for its own contracts (default: keyturn.config.ts)',
] as const

/** Its options are those of the local run, which tells of mistakes in its own words. */
function addStart(program: KeyturnCommand): void {
  const command = program
    .command('start')
    .description(startAbout)
    .usage(startUsage)
    .addHelpText('after', startOptionLines.join('\n'))
    .takesAnything()
  command.action(async () => (await import('./start')).start(command.args))
}

function addKeys(keys: KeyturnCommand): void {
  keys.description('make, list and revoke API keys')
  keys
    .command('create')
    .description('make an API key, which is shown this once')
    .option('--contract <name>', "one of Keyturn's contracts, or of the configuration's or the local run's own")
    .option('--tenant <id>', 'a tenant that the API key acts for; may be repeated', collect)
    .option('--all-tenants', 'instead: it acts for whichever tenant a request names')
    .option('--permission <names>', 'what it may do, such as endpoints:read,events:write; may be repeated', collect)
    .option('--plan <name>', "one of the contract's plans, where it has some")
    .option('--name <text>', 'what you call it (default: <contract> key)')
    .option('--expires <when>', 'days from now like 90d, or a day in UTC like 2027-06-30')
    .option('--no-expiry', 'instead: it works until it is revoked')
    .option(...table)
    .option(...region)
    .option(...bus)
    .option(...dataDir)
    .option(...ownConfig)
    .reports(async given => (await import('./keys')).create(given))
  keys
    .command('list')
    .description('list API keys, oldest first, with their last use')
    .option('--tenant <id>', 'those that act for this tenant')
    .option('--contract <name>', 'those of this contract')
    .option('--live', 'those that are neither revoked nor expired')
    .option(...table)
    .option(...region)
    .option(...dataDir)
    .option(...ownConfig)
    .reports(async given => (await import('./keys')).list(given))
  keys
    .command('revoke')
    .description('revoke an API key by its public id')
    .usage('<id> [options]')
    .argument('[ids...]')
    .option(...table)
    .option(...region)
    .option(...bus)
    .option(...dataDir)
    .reports(async given => (await import('./keys')).revoke(given))
  keys.needsSubcommand()
}

function addPortalLink(command: KeyturnCommand): void {
  command
    .description('make a link that opens the portal, once, for one person of one tenant')
    .option('--api <url>', "a deployment's API, with an API key that has portal:write in KEYTURN_API_KEY")
    .option(...dataDir)
    .option('--tenant <id>', "the tenant (default: the API key's own, or the local run's)")
    .option('--subject <id>', 'an opaque id of the person (default: operator)')
    .option('--name <text>', 'what the page calls the person')
    .option('--scope <names>', 'read, rotate, write, test; may be repeated (default: read)', collect)
    .option('--endpoint <id>', 'the only endpoint that it reaches; may be repeated', collect)
    .option('--seconds <number>', 'how long the session lasts (default: 900)')
    .reports(async given => (await import('./portal-link')).portalLink(given))
}

function addRedrive(command: KeyturnCommand): void {
  command
    .description('send again what ended in the dead-letter queues')
    .option(...table)
    .option(...region)
    .option('--queue-url <url>', "with --table: the stack's output delivery_queue_url")
    .option(
      '--dead-letter-queue-url <url>',
      "with --table, repeatable: the stack's outputs dead_letter_queue_url and failed_message_queue_url",
      collect,
    )
    .option(...dataDir)
    .reports(async given => (await import('./redrive')).redriveAll(given))
}

function addRestore(command: KeyturnCommand): void {
  command
    .description("raise every endpoint's revision, once the stage's table was restored from a backup")
    .reports(async given => (await import('./restore')).restore(given))
}

/** Their options are those of cdktf, which is run with them. */
function addDeploy(program: KeyturnCommand): void {
  const operations = [
    ['deploy', 'deploy the stage that the configuration describes'],
    ['diff', 'show what a deploy would change'],
  ] as const
  for (const [operation, description] of operations) {
    const command = program.command(operation).description(description).usage('[options of cdktf]').takesAnything()
    command.action(async () => {
      process.exitCode = await (await import('./cdktf')).deployOrDiff(operation, command.args)
    })
  }
}

function addDestroy(command: KeyturnCommand): void {
  command
    .description('take the stage down that the configuration describes, after asking for its name')
    .usage('[options] [options of cdktf]')
    .takesAnything()
    .option('--yes <stage>', "the stage's name: answers every question, of cdktf too")
    .reports(async given => (await import('./destroy')).destroy(given))
}

function addModule(command: KeyturnCommand): void {
  command
    .description('write the stack as a plain root module of Terraform or OpenTofu, with the code of its functions')
    .option('--out <folder>', 'where to (default: terraform)')
    .reports(async given => (await import('./module')).writeModule(given))
}

function addCheckContract(command: KeyturnCommand): void {
  command
    .description('check a contract of your own, and show its routes, a rotation, its errors and a delivery')
    .usage('<file> [options]')
    .argument('[file]')
    .allowExcessArguments()
    .reports(async given => (await import('./check-contract')).checkContractFile(given))
}

function addExam(command: KeyturnCommand): void {
  command
    .description('try a receiver of your own with deliveries that it must accept and that it must refuse')
    .usage('<url> [options]')
    .argument('[url]')
    .allowExcessArguments()
    .option('--contract <name>', 'whose deliveries it takes: a contract of Keyturn, or of the configuration')
    .option('--scheme <name>', 'or how they are signed: standard-webhooks, svix, stripe, body-hex:<header>:<prefix>, …')
    .option(
      '--config <file>',
      'with --contract: a configuration or a contract of your own (default: keyturn.config.ts)',
    )
    .option(
      '--secrets <file>',
      "its secrets: a mirror's document, or one secret; - is standard input (else KEYTURN_EXAM_SECRETS)",
    )
    .option('--other-secrets <file>', 'as --secrets, of another endpoint: the receiver must refuse it')
    .option('--signed-url <url>', 'the URL that the sender has, where the scheme signs it (default: <url>)')
    .option('--tenant <id>', "the tenant in deliveries, where they name it (default: the document's)")
    .option('--timeout <seconds>', 'of each delivery, 1 to 120 (default: 10)')
    .option('--yes-this-is-mine', 'the receiver is yours, though its address is not the loopback of this machine')
    .reports(async given => (await import('./exam/exam')).exam(given))
}

function addExplain(command: KeyturnCommand): void {
  command
    .description('say why a captured request does not verify; prints no secret, and takes none as an argument')
    .usage('--request <file> (--contract <name> | --scheme <scheme>) (--secret-file <file> | …) [options]')
    .option(
      '--request <file>',
      'the request: HTTP as captured, JSON {method, url, headers, body}, or an event of Lambda',
    )
    .option('--contract <name>', 'whose contract the sender follows')
    .option('--scheme <scheme>', 'how the sender signs, where no contract says it, such as standard-webhooks')
    .option('--config <file>', 'with --contract: a contract of your own, or the configuration that mounts it')
    .option('--secret-file <file>', 'a secret as the receiver has it, letter by letter; may be repeated', collect)
    .option('--secret-env <name>', 'the environment variable that holds a secret; may be repeated', collect)
    .option(
      '--mirror-file <file>',
      'the value of a mirror, or what aws secretsmanager get-secret-value prints; may be repeated',
      collect,
    )
    .option('--url <url>', 'where the scheme signs the URL: as it was given to the sender')
    .option('--now <time>', 'when the request arrived (default: as the capture says, else the clock)')
    .option('--tolerance-seconds <number>', 'how far its time may be off (default: 300)')
    .allowExcessArguments()
    .reports(async given => (await import('./explain')).explainRequest(given))
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

if (require.main === module) void main(process.argv.slice(2))
