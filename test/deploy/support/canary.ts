/** Which of the texts hold one of the secrets, as text, in base64 or in hex. */
export function leaks(texts: Readonly<Record<string, string>>, secrets: readonly string[]): readonly string[] {
  const forms = secrets.flatMap(secret => {
    const bytes = Buffer.from(secret)
    return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
  })
  return Object.entries(texts).flatMap(([name, text]) => (forms.some(form => text.includes(form)) ? [name] : []))
}
