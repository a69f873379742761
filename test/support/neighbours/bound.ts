/** How many attempts of one tenant the local run has in flight at a time, at most. */
export const tenantBound = 4
