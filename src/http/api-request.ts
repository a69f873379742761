import type { RequestHeaders } from '../access/request-headers'

/** A request, whole: at most 6 MB, which is what Lambda hands to a function. */
export interface ApiRequest {
  /** As the log and the reply name it. */
  readonly id: string
  readonly method: string
  /** Percent-decoded; an encoded slash is not one. */
  readonly path: string
  /** What follows the `?`, still encoded. */
  readonly query: string
  readonly headers: RequestHeaders
  /** Empty where there is none. */
  readonly body: Buffer
}

export interface ApiReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
