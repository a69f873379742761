import type { Contract } from './contract'
import { sameNames } from './shape-fields'

/** Errors by RFC 9457, "Problem Details for HTTP APIs": Keyturn's own, and those of a path that no contract has. */
export const problemDetails = {
  contentType: 'application/problem+json',
  body: {
    ...sameNames('type', 'title', 'status', 'detail', 'code'),
    errors: { $present: 'errors' },
  },
  words: {},
  byStatus: {},
} as const satisfies Contract['errors']
