import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import type { FullIdent } from '../package/ident.ts'

/** An installed release of hab. */
export interface HabRelease {
  version: string
  /** The target that it was built for, and so installs and builds for: `x86_64-linux` or `aarch64-linux`. */
  target: string
  /** The `hab` program, a static binary. */
  path: string
  packages: HabReleasePackages
}

/** Habitat's own packages of one release, which belong together. */
export interface HabReleasePackages {
  hab: FullIdent
  supervisor: FullIdent
  launcher: FullIdent
}

const TARGET_OF: Readonly<Record<string, string>> = {
  'linux x64': 'x86_64-linux',
  'linux arm64': 'aarch64-linux',
}

/**
 * The target of a machine, by Node's names for its platform and architecture.
 * @throws MesosizeError RUNNER_UNSUPPORTED
 */
export function habTarget(platform: string, arch: string): string {
  const target = TARGET_OF[`${platform} ${arch}`]
  if (target === undefined) {
    throw new MesosizeError(
      'RUNNER_UNSUPPORTED',
      `hab is installed on Linux runners with x86_64 or aarch64, but this one is ${platform} with ${arch}. ` +
        `Write "runs-on: ubuntu-latest" (or ubuntu-24.04-arm), or ${setting('use-hab', 'false')}, which exports a package without hab on any runner.`,
    )
  }
  return target
}
