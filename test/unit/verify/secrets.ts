/** A secret as Standard Webhooks reveals it: `whsec_` and base64 of 32 equal bytes. */
export function whsec(fill: number): string {
  return `whsec_${Buffer.alloc(32, fill).toString('base64')}`
}

export const NEW = whsec(2)
export const OLD = whsec(1)
export const FOREIGN = whsec(9)

export const NOON = new Date('2026-11-21T12:00:00Z')
export const NOON_SECONDS = NOON.getTime() / 1000
