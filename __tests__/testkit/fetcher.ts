/**
 * The file that Mesos' fetcher copies for a URI: what stands behind `file://` or `file://localhost` as it is, with
 * nothing decoded, or a URI that has no scheme (Fetcher::uriToLocalPath in src/slave/containerizer/fetcher.cpp).
 * @throws Error where the fetcher refuses it, or would fetch it from elsewhere
 */
export function localPath(uri: string): string {
  if (/[\\'\0]/.test(uri)) throw new Error(`Illegal characters in URI: ${uri}`)
  if (!uri.startsWith('file://') && uri.includes('://')) throw new Error(`not a local file: ${uri}`)
  const path = uri.replace(/^file:\/\/(?:localhost)?/, '')
  if (!path.startsWith('/')) throw new Error(`File URI only supports absolute paths: ${uri}`)
  return path
}
