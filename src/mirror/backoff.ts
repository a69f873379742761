const firstBackoffSeconds = 5
const maximumBackoffSeconds = 600

/** How long to leave alone what failed so many times in a row: twice as long each time, up to 10 minutes. */
export function backoffSeconds(failures: number): number {
  return Math.min(maximumBackoffSeconds, firstBackoffSeconds * 2 ** (failures - 1))
}
