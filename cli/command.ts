import { Command, type ErrorOptions, type OptionValues, type ParseOptionsResult } from 'commander'
import { inspect } from 'node:util'
import { OperatorError } from '../local/operator-error'
import { shown } from '../src/core/shown'

// What every command of `keyturn` has in common: how its options are read and refused, and how it prints its result.

/**
 * What a command found or did: lines for people, and the same as one JSON document for programs. What others have written
 * in a line is shown by `shown` when it is printed, so that it can neither hide a line nor add one.
 */
export interface Report {
  readonly lines: readonly string[]
  readonly json: object
  /** What went amiss beside what was done: on stderr, after the result. */
  readonly warnings?: readonly string[]
  /** Default 0. */
  readonly exitCode?: number
}

/** What a command was called with. */
export interface Given<Options = object> {
  readonly options: Options & { readonly json?: boolean }
  readonly args: readonly string[]
  /** Tells how far the command is: on stderr where stdout is kept for one JSON document. */
  readonly say: Say
}

export type Say = (message: string, fields?: object) => void

/** Says a line on stderr. What others have written in it is shown as in a report. */
export const sayOnStderr: Say = (message, fields) => console.error(said(message, fields))

const sayOnStdout: Say = (message, fields) => console.log(said(message, fields))

function said(message: string, fields?: object): string {
  return shown(fields === undefined ? message : `${message} ${inspect(fields, { breakLength: Infinity })}`)
}

/** A command that refuses what it does not know in one line, where commander would print its own and exit. */
export class KeyturnCommand extends Command {
  override createCommand(name?: string): KeyturnCommand {
    return new KeyturnCommand(name)
  }

  /** The command runs this, and prints what it reports: as lines, or with `--json` as a document. */
  reports<Options extends OptionValues>(run: (given: Given<Options>) => Promise<Report>): this {
    this.option('--json', 'print one JSON document; an error is {"error": "…"} on stderr')
    return this.action(async () => {
      const options = this.opts<Options & { readonly json?: boolean }>()
      const say = options.json === true ? sayOnStderr : sayOnStdout
      const { lines, json, warnings = [], exitCode = 0 } = await run({ options, args: this.args, say })
      console.log(options.json === true ? JSON.stringify(json) : lines.map(shown).join('\n'))
      for (const warning of warnings) {
        console.error(options.json === true ? JSON.stringify({ warning }) : `keyturn: ${shown(warning)}`)
      }
      process.exitCode = exitCode
    })
  }

  /** The command does nothing but lead to those below it, which are all known by now. */
  needsSubcommand(): this {
    const names = this.commands.map(command => command.name()).join(', ')
    const who = this.parent === null ? '' : `${this.name()} `
    return this.takesAnything().action(() => {
      throw new OperatorError(`${who}takes one of the commands ${names}`)
    })
  }

  /** What the command does not know is among its arguments. */
  takesAnything(): this {
    return this.allowUnknownOption().allowExcessArguments()
  }

  /** commander would take an option for the value of the one before it. */
  override parseOptions(args: string[]): ParseOptionsResult {
    const end = args.indexOf('--')
    const known = end === -1 ? args : args.slice(0, end)
    for (const [index, arg] of known.entries()) {
      const option = this.options.find(({ long, required }) => required && long === arg)
      const value = known[index + 1]
      if (option === undefined || (value !== undefined && !isOption(value))) continue
      this.#refuse(value === undefined ? `Option '${arg} <value>' argument missing` : `Option '${arg}' has no value`)
    }
    return super.parseOptions(args)
  }

  /** commander reports every mistake of the caller's here. */
  override error(message: string, { code }: ErrorOptions = {}): never {
    if (code === 'commander.excessArguments') this.#refuse(`Unexpected argument '${this.args[0]}'`)
    const [, flag = ''] = /unknown option '([^=']+)/.exec(message) ?? []
    if (flag === '') throw new OperatorError(message.replace('error: ', ''))
    const takesNoValue = this.options.some(({ long }) => long === flag)
    this.#refuse(takesNoValue ? `Option '${flag}' does not take an argument` : `Unknown option '${flag}'`)
  }

  #refuse(fault: string): never {
    throw new OperatorError(`${fault} (options: ${this.options.map(({ long }) => long).join(', ') || 'none'})`)
  }
}

function isOption(text: string): boolean {
  return text.length > 1 && text.startsWith('-')
}
