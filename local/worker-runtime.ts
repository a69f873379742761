import { parentPort, workerData } from 'node:worker_threads'
import type { Invocation, Outcome, WorkerMessage } from './function-worker'
import { type Handler, loadHandler, lambdaContext } from './lambda-context'

// Runs inside a worker thread: loads one bundle and hands it the events, as Lambda's own runtime does.

async function outcomeOf(handler: Handler, { id, event, deadline }: Invocation): Promise<Outcome> {
  try {
    return { id, kind: 'result', result: await handler(event, lambdaContext(id, deadline)) }
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new TypeError('the handler threw no error')
    console.error(JSON.stringify({ level: 'ERROR', requestId: id, errorType: name, errorMessage: message, stack }))
    return { id, kind: 'threw', name }
  }
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

// The bundle's file. One that does not load ends the worker.
const handler = loadHandler(String(workerData))
parentPort?.on('message', (invocation: Invocation) => void outcomeOf(handler, invocation).then(send))
send({ kind: 'loaded' })
