/** Where the image goes. */
export type PublishRequest =
  | { to: 'none' | 'artifact' }
  | { to: 'release'; id?: number; tag?: string; draft: boolean; prerelease: boolean; overwrite: boolean }
  | { to: 'http'; uploadUrl: string; headers: Record<string, string> }
  | { to: 'artifact-store'; marathonUrl: string; authorization?: string }
