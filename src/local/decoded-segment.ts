/** A part of a path, decoded; one that is no encoding of anything stays as it is, for the function to refuse. */
export function decodedSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
