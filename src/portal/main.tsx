// Stands in for the page until it is there.
const { document } = globalThis as unknown as {
  readonly document: { getElementById(id: string): { textContent: string } | null }
}
const root = document.getElementById('portal')
if (root !== null) root.textContent = 'Keyturn'
