/** Sets this process's clock ahead of the machine's, for everything that reads it from then on. */
export function shiftClock(aheadMs: number): void {
  const machine = Date
  const now = (): number => machine.now() + aheadMs
  globalThis.Date = new Proxy(machine, {
    construct: (target, args, newTarget) => constructed(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  })
}

function constructed(...construct: Parameters<typeof Reflect.construct>): Date {
  // What Date constructs.
  return Reflect.construct(...construct) as Date
}
