/** A member of a contract and what is wrong with it, or false. */
export type Fault = string | false
