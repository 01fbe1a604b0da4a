import type { Fault } from './builder-server.ts'

/** A call of hab that failed, what Builder answered, and what hab printed, word for word. */
export interface RecordedFailure {
  name: string
  /** `hab pkg install --url URL --channel base SPEC`, or `hab pkg build .`. */
  call: 'install' | 'build'
  /** Ident, or `FILE` for a hart of acme/web that is signed with a key which the cache does not have. */
  spec: string
  /** Builder's answer; it has nothing of what it is asked for where absent, and is not there where `refused`. */
  answer?: Omit<Fault & { kind: 'status' }, 'kind' | 'on' | 'times'>
  refused?: true
  stdout: string
  stderr: string
  status: number
}

const DETERMINING = `» Installing core/nothing
☁ Determining latest version of core/nothing in the 'base' channel
`
const REFUSED_URL = 'http://127.0.0.1:1'

/**
 * As hab 2.1.78 printed it with HAB_NOCOLORING=true and HAB_NONINTERACTIVE=true, for the target x86_64-linux. Which
 * of its lines come on which stream is of its source (components/common/src/ui.rs).
 */
export const RECORDED: readonly RecordedFailure[] = [
  {
    name: 'a token is wanted',
    call: 'install',
    spec: 'core/nothing',
    answer: { status: 401, body: 'Authentication required.' },
    stdout: DETERMINING,
    stderr: fatal('[401 Unauthorized] Please check that you have specified a valid Personal Access Token.'),
    status: 1,
  },
  {
    name: 'a licence key is wanted',
    call: 'install',
    spec: 'core/nothing',
    answer: { status: 403, body: 'No valid license key found.' },
    stdout: DETERMINING,
    stderr: fatal('[403 Forbidden] No valid license key found.'),
    status: 1,
  },
  {
    name: 'the channel does not have it',
    call: 'install',
    spec: 'core/nothing',
    answer: { status: 404, body: '{}' },
    stdout: DETERMINING,
    stderr: fatal('Package not found. '),
    status: 1,
  },
  {
    name: 'Builder is ill',
    call: 'install',
    spec: 'core/nothing',
    answer: { status: 500, body: '{}' },
    stdout: DETERMINING,
    stderr: fatal('[500 Internal Server Error] {}'),
    status: 1,
  },
  {
    name: 'the connection is refused',
    call: 'install',
    spec: 'core/nothing',
    refused: true,
    stdout: DETERMINING,
    stderr: fatal(
      `error sending request for url (${REFUSED_URL}/v1/depot/channels/core/base/pkgs/nothing/latest?target=x86_64-linux)`,
    ),
    status: 1,
  },
  {
    name: 'there is no such build',
    call: 'install',
    spec: 'core/nothing/1.0.0/20250101000000',
    answer: { status: 404, body: '{}' },
    stdout: `» Installing core/nothing/1.0.0/20250101000000
↓ Downloading core/nothing/1.0.0/20250101000000 for x86_64-linux
`,
    stderr: fatal(
      'When applicable, we try once, then re-attempt 5 times to',
      '                                      download a package. Unfortunately, we failed to download',
      '                                      core/nothing/1.0.0/20250101000000 for x86_64-linux. Last error: [404 Not Found] {}',
    ),
    status: 1,
  },
  {
    name: 'there is no such key',
    call: 'install',
    spec: 'FILE',
    answer: { status: 404, body: '{}' },
    stdout: `» Installing FILE
☛ Verifying acme/web/1.0.0/20260101000000
↓ Downloading acme-20240101000000 public origin key
`,
    stderr: fatal('[404 Not Found] {}'),
    status: 1,
  },
  {
    name: 'a licence key is wanted for the studio',
    call: 'build',
    spec: 'chef/hab-studio/2.1.78',
    answer: { status: 403, body: 'No valid license key found.' },
    stdout: askedSixTimes(),
    stderr: fatal(
      'Failed to install package chef/hab-studio/2.1.78 - [403 Forbidden] No valid license key found.',
    ),
    status: 1,
  },
  {
    name: 'a token is wanted for the studio',
    call: 'build',
    spec: 'chef/hab-studio/2.1.78',
    answer: { status: 401, body: 'Authentication required.' },
    stdout: askedSixTimes(),
    stderr: fatal(
      'Failed to install package chef/hab-studio/2.1.78 - [401 Unauthorized] Please check that you have specified a valid Personal Access Token.',
    ),
    status: 1,
  },
]

/** Put together from those and from the source (components/hab/src/exec.rs). */
export const FROM_SOURCE: readonly RecordedFailure[] = [
  {
    name: 'the channel does not have the studio',
    call: 'build',
    spec: 'chef/hab-studio/2.1.78',
    answer: { status: 404, body: '{}' },
    stdout: askedSixTimes(),
    stderr: fatal('Failed to install package chef/hab-studio/2.1.78 - Package not found. '),
    status: 1,
  },
  {
    name: 'the connection is refused for the studio',
    call: 'build',
    spec: 'chef/hab-studio/2.1.78',
    refused: true,
    stdout: askedSixTimes(),
    stderr: fatal(
      `Failed to install package chef/hab-studio/2.1.78 - error sending request for url (${REFUSED_URL}/v1/depot/channels/chef/base/pkgs/hab-studio/2.1.78/latest?target=x86_64-linux)`,
    ),
    status: 1,
  },
]

/** An installation that goes well; FILE is a hart with one dependency in the artifact cache, and both keys are there. */
export const INSTALLED = `» Installing FILE
☛ Verifying acme/web/1.0.0/20260101000000
☛ Verifying core/busybox-static/1.35.0/20260101000000
✓ Installed core/busybox-static/1.35.0/20260101000000
✓ Installed acme/web/1.0.0/20260101000000
★ Install of acme/web/1.0.0/20260101000000 complete with 2 new packages installed.
`

/** Of components/hab/src/license.rs, and as chef/chef#15683 has it; exit status 1. */
export const LICENCE = {
  stdout: `+---------------------------------------------+

            Chef License Acceptance


Before you can continue, 1 product license must be accepted.
View the license at https://www.chef.io/end-user-license-agreement

License that needs accepting:

  * Habitat

Do you accept the 1 product license? [yes/No/quit] ${''}
If you do not accept this license you will not be able to use Chef products.

Do you accept the 1 product license? [yes/No/quit] ${''}
+---------------------------------------------+

`,
  stderr: fatal('License agreement not accepted'),
}

/** Of components/hab/src/command/studio/enter.rs, where there is no sudo; exit status 1. */
export const NO_SUDO = {
  stdout: '\n',
  stderr: `∅ Could not find the \`sudo' command, is it in your PATH?
∅ Running Habitat Studio requires root or administrator privileges. Please retry this command as a super user or use a privilege-granting facility such as sudo.
${fatal('Root or administrator permissions required to complete operation')}`,
}

function fatal(...lines: string[]): string {
  return ['✗✗✗', ...lines.map(line => `✗✗✗ ${line}`), '✗✗✗', ''].join('\n')
}

/** It tries again five times, whatever Builder answers (components/hab/src/exec.rs). */
function askedSixTimes(): string {
  const once = `» Installing chef/hab-studio/2.1.78
☁ Determining latest version of chef/hab-studio/2.1.78 in the 'base' channel
`
  return `∵ Missing package for chef/hab-studio/2.1.78\n${once.repeat(6)}`
}
