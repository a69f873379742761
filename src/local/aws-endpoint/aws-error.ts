/** A refusal as AWS names it: `type` is the exception's name, `message` is shown to the caller and never holds a value. */
export class AwsError extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, status = 400) {
    super(message)
    this.name = type
    this.type = type
    this.status = status
  }
}
