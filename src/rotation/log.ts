/** What a log line may carry: no object, so no `Secret` and no request. */
export type Fields = Readonly<Record<string, string | number | boolean>>

export interface Log {
  info(message: string, fields: Fields): void
  error(message: string, fields: Fields): void
}
