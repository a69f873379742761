import { type Handed, handedBy } from './handed'

// An embedded page and the platform's page around it. The top-level page listens to nobody.

/** Tells the parent that the page listens, and whatever the parent hands over. Returns what ends that. */
export function listenToParent(onHanded: (handed: Handed) => void): () => void {
  const listen = ({ source, origin, data }: MessageEvent): void => {
    if (source !== window.parent) return
    const handed = handedBy(data, origin)
    if (handed !== null) onHanded(handed)
  }
  window.addEventListener('message', listen)
  // It holds nothing, and nobody knows yet who the parent is.
  window.parent.postMessage({ type: 'keyturn:ready' }, '*')
  return () => window.removeEventListener('message', listen)
}

/** What the parent is told once it is known. */
export type Told = 'keyturn:opened' | 'keyturn:refused' | 'keyturn:ending' | 'keyturn:over' | 'keyturn:signed-out'

/** Tells that origin alone. */
export function tellParent(type: Told, origin: string): void {
  window.parent.postMessage({ type }, origin)
}
