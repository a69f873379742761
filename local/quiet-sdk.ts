/** Keeps the AWS SDK from telling, at every start on Node 20, that later versions of it will need Node 22. */
export function quietSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
}
