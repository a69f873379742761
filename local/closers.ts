/**
 * Closes what has been started, last first, each once; also what was started before a later start failed.
 * @example
 * closers.add(() => server.close())
 * await closers.close()
 */
export class Closers {
  readonly #closers: (() => unknown)[] = []

  add(close: () => unknown): void {
    this.#closers.push(close)
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close()
  }
}
