/**
 * Puts the text on the clipboard, without it ever standing on the page. Where a frame may not write there, by a copy event.
 * False: the browser allows neither.
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Not allowed here, or not there at all: a frame without the permission, an insecure origin.
    return copyByEvent(text)
  }
}

function copyByEvent(text: string): boolean {
  let isWritten = false
  const write = (event: ClipboardEvent): void => {
    event.preventDefault()
    event.stopImmediatePropagation()
    event.clipboardData?.setData('text/plain', text)
    isWritten = event.clipboardData !== null
  }
  document.addEventListener('copy', write, { capture: true })
  try {
    // Deprecated without a successor: nothing else copies where the Clipboard API is not allowed.
    // oxlint-disable-next-line typescript/no-deprecated
    return document.execCommand('copy') && isWritten
  } finally {
    document.removeEventListener('copy', write, { capture: true })
  }
}
