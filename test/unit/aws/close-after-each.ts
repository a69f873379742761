import { afterEach } from '@jest/globals'

export interface Closable {
  close(): Promise<void>
}

/** Gives a function that takes note of what a test opened; after the test it is closed, the last first. */
export function closeAfterEach(): <Resource extends Closable>(resource: Resource) => Resource {
  const open: Closable[] = []
  afterEach(async () => {
    for (const resource of open.splice(0).toReversed()) await resource.close()
  })
  return resource => {
    open.push(resource)
    return resource
  }
}
