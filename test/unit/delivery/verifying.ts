import { signersOf } from './signers'
import type { World } from './world'

/** From now on the receiver takes what one of these secrets signed, and answers 401 to all else. */
export function verifyWith({ receiver }: World, contract: string, ...secrets: readonly string[]): void {
  receiver.answer = (response, received) => {
    const isGenuine = signersOf(contract, received, secrets).some(place => place >= 0)
    response.writeHead(isGenuine ? 200 : 401).end()
  }
}
