import { execFileSync } from 'node:child_process'

/** What a printed command asks curl to send. */
export interface CurlRequest {
  readonly method: string
  readonly url: string
  /** With their names as they are printed. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** A command `curl -X …` as a shell reads it. @throws {TypeError} for an option that no printed command has */
export function curlRequest(command: string): CurlRequest {
  const words = execFileSync('sh', ['-c', command.replace(/^curl/, String.raw`printf '%s\0'`)], { encoding: 'utf8' })
  const given: { method: string; url: string; headers: Record<string, string>; body?: string } = {
    method: 'GET',
    url: '',
    headers: {},
  }
  const rest = words.split('\0').slice(0, -1)
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    if (!word.startsWith('-')) {
      given.url = word
      continue
    }
    const value = rest.shift() ?? ''
    const [, name = '', text = ''] = /^([^:]+): (.*)$/.exec(value) ?? []
    if (word === '-X') given.method = value
    else if (word === '-H') given.headers[name] = text
    else if (word === '-d') given.body = value
    else throw new TypeError(`no printed command has ${word}`)
  }
  return given
}

/** Sends what the command says. */
export function fetchAsCurl(command: string): Promise<Response> {
  const { url, ...init } = curlRequest(command)
  return fetch(url, init)
}
