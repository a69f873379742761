export { keyturnClient } from './client'
export { type FieldFault, KeyturnError, type KeyturnErrorCode } from './error'
export type * from './operations'
export type { CallOptions, ClientOptions, Fetch, FetchInit, FetchReply, KeyedCallOptions } from './options'
