export type Handler = (event: unknown, context: object) => unknown

/** The handler of a built bundle. @throws what loading it throws; {TypeError} when it exports no handler */
export function loadHandler(bundle: string): Handler {
  // The bundle is named at run time.
  const loaded: { readonly handler?: unknown } = require(bundle)
  if (typeof loaded.handler !== 'function') throw new TypeError('the bundle does not export a handler')
  return loaded.handler as Handler
}

/** The `context` that Lambda hands to a handler with each event. */
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
