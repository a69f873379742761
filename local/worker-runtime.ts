import { parentPort, workerData } from 'node:worker_threads'
import type { Invocation, Outcome, WorkerMessage } from './function-worker'

// Runs inside a worker thread, around one bundle: loads it and hands it the events, as Lambda's own runtime does.
// `function-worker.ts` is the other side of the thread.

/** The handler that a bundle exports. */
export type Handler = (event: unknown, context: object) => unknown

/** The handler of a built bundle. @throws what loading it throws; {TypeError} when it exports no handler */
export function loadHandler(bundle: string): Handler {
  // The bundle is named at run time.
  const loaded: { readonly handler?: unknown } = require(bundle)
  if (typeof loaded.handler !== 'function') throw new TypeError('the bundle does not export a handler')
  return loaded.handler as Handler
}

/** The `context` that Lambda hands to a handler with each event; `deadline` is in milliseconds since 1970. */
export function lambdaContext(requestId: string, deadline: number): object {
  const { AWS_LAMBDA_FUNCTION_NAME: functionName, AWS_REGION: region } = process.env
  return {
    awsRequestId: requestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${region}:000000000000:function:${functionName}`,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  }
}

async function outcomeOf(handler: Handler, { id, event, deadline }: Invocation): Promise<Outcome> {
  try {
    return { id, kind: 'result', result: await handler(event, lambdaContext(id, deadline)) }
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new TypeError('the handler threw no error')
    console.error(JSON.stringify({ level: 'ERROR', requestId: id, errorType: name, errorMessage: message, stack }))
    return { id, kind: 'threw', name }
  }
}

/** A bundle that does not load ends the worker. */
function serveEvents(bundle: string, send: (message: WorkerMessage) => void): void {
  const handler = loadHandler(bundle)
  parentPort?.on('message', (invocation: Invocation) => void outcomeOf(handler, invocation).then(send))
  send({ kind: 'loaded' })
}

if (parentPort !== null) serveEvents(String(workerData), message => parentPort?.postMessage(message))
