import { execFile } from 'node:child_process'

// The page's lines in a real shell, as a reader pastes them.

/** One block of the page. */
export interface Block {
  readonly lines: readonly string[]
  /** Whether the page shows the reply. */
  readonly isAsked: boolean
}

export interface ShownReply {
  readonly status: number
  readonly body: string
}

export interface Pasting {
  /** Where commands of the clone are run. */
  readonly folder: string
  /** The `local.json` of the local run that answers. */
  readonly localFile: string
}

/** Between what one block prints and the next. */
const separator = '\u001E'

/** The reader's curl prints the body alone; here its status goes to the other stream. */
const curl = `curl() { command curl --silent --show-error --max-time 60 --write-out '%{stderr}%{http_code}' "$@"; }`

/**
 * Pastes the blocks one after the other into one bash, and returns the replies of those that are asked, in their order.
 * What a block starts in the background ends with it.
 * @throws {Error} with what was printed, where a line fails
 */
export async function paste(blocks: readonly Block[], { folder, localFile }: Pasting): Promise<readonly ShownReply[]> {
  const script = ['set -eu', `trap 'kill $(jobs -p) 2> /dev/null' EXIT`, curl, ...blocks.flatMap(scriptOf)].join('\n')
  const { stdout, stderr } = await bash(script, folder, { LOCAL: localFile })
  const [bodies, statuses] = [stdout, stderr].map(text => text.split(separator).filter((_, at) => at % 2 === 1))
  return (bodies ?? []).map((body, at) => {
    const status = Number(statuses?.[at])
    if (!(status >= 100)) throw new Error(`no reply came: ${statuses?.[at]}`)
    return { status, body }
  })
}

function scriptOf({ lines, isAsked }: Block): readonly string[] {
  const mark = String.raw`printf '\036'; printf '\036' >&2`
  return isAsked ? [mark, ...lines, mark] : lines
}

/** What is waited for may never come: then the shell is ended. */
const longestMs = 4 * 60_000

interface Printed {
  readonly stdout: string
  readonly stderr: string
}

function bash(script: string, cwd: string, more: Readonly<Record<string, string>>): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...more }, timeout: longestMs }
    execFile('bash', ['-c', script], options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr })
      else reject(new Error(`the page's lines failed after:\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`))
    })
  })
}
