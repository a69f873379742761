import { readFileSync } from 'node:fs'
import { sourceFiles } from '../../support/source-files'

/** A block of shell commands in a Markdown file. */
export interface ShellBlock {
  readonly file: string
  /** Of the block's first command, from 1. */
  readonly line: number
  /** One a command: continued lines are joined, comments are gone. */
  readonly commands: readonly string[]
}

const files = sourceFiles('.').map(({ path }) => path)
const markdown = files.filter(path => path.endsWith('.md') && !path.startsWith('node_modules/'))

export function shellBlocks(): readonly ShellBlock[] {
  return markdown.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/^ *```(?:sh|bash|shell|console)\n([^]*?)^ *```/gm)].map(({ 1: body = '', index }) => {
      return { file, line: text.slice(0, index).split('\n').length + 1, commands: commandsOf(body) }
    })
  })
}

function commandsOf(body: string): readonly string[] {
  return body
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map(line => line.replace(/\s+# .*$/, '').trim())
    .filter(line => line !== '')
}

const named = /^(?:npm|npx|keyturn|aws|cdktf|terraform) [^]*/

/** Commands in running text, and in the comments of examples: `like this`. */
export function mentionedCommands(): readonly { readonly file: string; readonly command: string }[] {
  const examples = files.filter(path => /^examples\/.*\.ts$/.test(path))
  return [...markdown, ...examples].flatMap(file => {
    const text = readFileSync(file, 'utf8').replaceAll(/```[^]*?```/g, '')
    return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(({ 1: span = '' }) => {
      const commands = span.split(/ && |; /).map(each => each.replace(/^(?:[A-Z_]+=\S* )+/, ''))
      return commands.filter(command => named.test(command)).map(command => ({ file, command }))
    })
  })
}
