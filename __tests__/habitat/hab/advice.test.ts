import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { buildPackage } from '../../../src/habitat/hab/build.ts'
import type { Hab } from '../../../src/habitat/hab/command.ts'
import { installPackages } from '../../../src/habitat/hab/install.ts'
import { silent } from '../../../src/lib/report.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { FROM_SOURCE, LICENCE, NO_SUDO, RECORDED } from '../../testkit/hab-recording.ts'
import { originKey } from '../../testkit/origin-key.ts'
import { failure } from '../reading.ts'
import { standInHab, temporaryFolder } from './fixtures.ts'

// hab is the actions' alone.
wordSettings(inputWording(EXPORT))

const from = { url: 'https://builder.example', channel: 'base' }

interface Printed {
  stdout: string
  stderr: string
  status?: number
}

/** The message after hab printed this, either stream first; every time the same but for the order of lines. */
async function messages(call: 'install' | 'build', printed: Printed, token?: string): Promise<string[]> {
  const { stdout, stderr, status = 1 } = printed
  const orders = [stdout + stderr, stderr + stdout]
  return Promise.all(
    orders.map(async text => {
      const run: Hab['run'] = async (_, onOutput) => {
        onOutput(Buffer.from(text))
        return status
      }
      const hab = await standInHab({ run, token })
      const { message } = await failure(call === 'install' ? install(hab) : build(hab))
      for (const line of orders[0]!.trim().split('\n').slice(-3))
        expect(message).toContain(`  ${line.trimEnd()}`)
      return message
    }),
  )
}

function install(hab: Hab): Promise<unknown> {
  const tools = { report: silent, readIdent: async () => '', sleep: async () => {} }
  return installPackages(hab, ['core/nothing'], from, tools)
}

async function build(hab: Hab): Promise<unknown> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'plan'))
  await writeFile(join(cwd, 'plan/plan.sh'), 'pkg_origin=acme\n')
  const key = originKey('acme').secretKeyText
  const request = { plan: 'plan', cwd, originKey: key, from, base: from, uid: 0, gid: 0 }
  return buildPackage(hab, request, silent)
}

const PROFILE = String.raw`https://builder\.example/#/profile`
const STUDIO =
  'hab could not install chef/hab-studio/2\\.1\\.78, its build environment, so it did not get as far as the plan\\.'
const STUDIO_FROM =
  'hab takes the studio from the channel base of builder-url, whatever channel says; set base-packages-channel to take it from another channel\\.'
const OLDER =
  '; or use Habitat 1\\.6, which needs neither: hab-version: \\^1\\.6, base-packages-channel: stable\\.'
const NETWORK =
  'Check builder-url and the network: the proxy \\(https_proxy\\), and the certificates that are trusted \\(SSL_CERT_FILE\\)\\. Or try again later\\.'

/** By the names of the recorded failures: the whole advice without a token, and with one where that differs. */
const ADVICE: Readonly<Record<string, { without: string; with?: string }>> = {
  'a token is wanted': {
    without: `Builder asks for a personal access token for core/nothing: the origin is private, or the package needs a licence key\\. Create a token at ${PROFILE} and give it as builder-token\\.`,
    with: `Builder does not accept the token in builder-token: it is not valid, or it has expired\\. Create a new one at ${PROFILE}\\.`,
  },
  'a licence key is wanted': {
    without: `Builder gives core/nothing only to accounts that have a licence key\\. Add yours at ${PROFILE}, and give a token of that account as builder-token\\.`,
  },
  'the channel does not have it': {
    without:
      'The channel base of https://builder\\.example has no core/nothing for this target\\. Check the name, channel and builder-url, or, if the origin is private, give a token as builder-token\\.',
    with: 'The channel base of https://builder\\.example has no core/nothing for this target\\. Check the name, channel and builder-url\\.',
  },
  'Builder is ill': { without: NETWORK },
  'the connection is refused': { without: NETWORK },
  'there is no such build': {
    without:
      'https://builder\\.example has no core/nothing/1\\.0\\.0/20250101000000 for this target\\. Check the version and the release, and builder-url, or, if the origin is private, give a token as builder-token\\.',
    with: 'https://builder\\.example has no core/nothing/1\\.0\\.0/20250101000000 for this target\\. Check the version and the release, and builder-url\\.',
  },
  'there is no such key': {
    without:
      'https://builder\\.example does not have the public key acme-20240101000000, with which a package is verified\\. Put acme-20240101000000\\.pub into a folder and name that folder with keys, or upload the key to Builder\\.',
  },
  'a licence key is wanted for the studio': {
    without: `${STUDIO} Builder gives chef/hab-studio/2\\.1\\.78 only to accounts that have a licence key\\. Add yours at ${PROFILE}, and give a token of that account as builder-token${OLDER} ${STUDIO_FROM}`,
  },
  'a token is wanted for the studio': {
    without: `${STUDIO} Builder asks for a personal access token for chef/hab-studio/2\\.1\\.78: the origin is private, or the package needs a licence key\\. Create a token at ${PROFILE} and give it as builder-token${OLDER} ${STUDIO_FROM}`,
    with: `${STUDIO} Builder does not accept the token in builder-token: it is not valid, or it has expired\\. Create a new one at ${PROFILE}\\. ${STUDIO_FROM}`,
  },
  'the channel does not have the studio': {
    without: `${STUDIO} The channel base of https://builder\\.example has no chef/hab-studio/2\\.1\\.78 for this target\\. Check the name, base-packages-channel and builder-url, or, if the origin is private, give a token as builder-token\\. ${STUDIO_FROM}`,
    with: `${STUDIO} The channel base of https://builder\\.example has no chef/hab-studio/2\\.1\\.78 for this target\\. Check the name, base-packages-channel and builder-url\\. ${STUDIO_FROM}`,
  },
  'the connection is refused for the studio': { without: `${STUDIO} ${NETWORK}` },
}

describe('what hab 2.1.78 printed is answered with the next step', () => {
  test.each([...RECORDED, ...FROM_SOURCE])('$call: $name', async ({ name, call, ...printed }) => {
    const expected = ADVICE[name]!
    for (const message of await messages(call, printed)) {
      expect(message).toMatch(
        new RegExp(` failed with exit status 1\\. ${expected.without} Last lines of its (?:output|log):`),
      )
    }
    for (const message of await messages(call, printed, 'a-token')) {
      const words = expected.with ?? expected.without
      expect(message).toMatch(
        new RegExp(` failed with exit status 1\\. ${words} Last lines of its (?:output|log):`),
      )
      expect(message).not.toContain('a-token')
    }
  })

  test('what hab tries six times is shown once', async () => {
    const { stdout, stderr } = RECORDED.at(-1)!
    const [message] = await messages('build', { stdout, stderr })
    const shown = message!.split('\n').filter(line => line.startsWith('  '))
    expect(shown.filter(line => line.startsWith('  » '))).toEqual(['  » Installing chef/hab-studio/2.1.78'])
    expect(shown).toHaveLength(6)
  })

  test.each(['install', 'build'] as const)('%s: the licence is not accepted', async call => {
    for (const message of await messages(call, LICENCE)) {
      expect(message).toContain(
        ' Write "accept-license: true" if you accept the Chef End User License Agreement (',
      )
    }
  })
})

const ROOT =
  'Builds need root. Use a runner whose user may call sudo without a password, or run the job as root in a'
const MOUNT = 'A build mounts file systems, which this job may not do.'
const PLAN = 'Correct the plan.'
const ENDED = '   app: Build time: 0m3s\n   app: Exiting on error\n'

/** Of hab's, sudo's and busybox's sources, and of hab-plan-build's. */
const BUILDS: readonly [name: string, printed: Partial<Printed>, words: string][] = [
  ['there is no sudo', NO_SUDO, ROOT],
  ...[
    'sudo: a password is required',
    'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\nsudo: a password is required',
    'sudo: no tty present and no askpass program specified',
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set or an NFS file system without root privileges?",
    'sudo: sorry, you are not allowed to preserve the environment',
    'runner is not in the sudoers file.  This incident will be reported.',
    "Sorry, user runner is not allowed to execute '/opt/hab/hab pkg build plan' as root on ci.",
    'User runner is not allowed to run sudo on ci.',
  ].map((text): (typeof BUILDS)[number] => [text, { stderr: `${text}\n` }, ROOT]),
  ['mounts are refused', { stderr: 'mount: permission denied (are you root?)\n' }, MOUNT],
  [
    'sudo warns, and the studio is refused',
    {
      ...RECORDED.at(-1)!,
      stderr: `sudo: unable to resolve host ci: Name or service not known\n${RECORDED.at(-1)!.stderr}`,
    },
    'hab could not install chef/hab-studio/2.1.78, ',
  ],
  [
    'the studio has no key',
    { stdout: 'Error exporting acme key\n\nHabitat was unable to export your secret signing key. Please\n' },
    'hab found no key to sign with. Check that the plan builds for acme, the origin of origin-key.',
  ],
  [
    'plan-build has no key',
    {
      status: 35,
      stdout: `ERROR: Signing origin key 'acme' not found in /hab/cache/keys, aborting\n${ENDED}`,
    },
    'hab found no key to sign with.',
  ],
  [
    'two plans',
    {
      status: 42,
      stdout: `ERROR: A Plan file was found in the following paths: /src/plan.sh,/src/habitat/plan.sh. Only one is allowed at a time\n${ENDED}`,
    },
    'hab found no plan to build. Check the plan folder.',
  ],
  [
    'no plan',
    { status: 42, stdout: `ERROR: Plan file not found in any of these paths: /src/plan.sh\n${ENDED}` },
    'hab found no plan to build. Check the plan folder.',
  ],
  // Such as curl ends where TLS fails.
  ['the plan ends with 35', { status: 35, stdout: ENDED }, PLAN],
  ['the plan ends with 42', { status: 42, stdout: ENDED }, PLAN],
  [
    'the plan says [403 Forbidden]',
    { stdout: `✗✗✗ [403 Forbidden] no\nsudo: a password is required\n${ENDED}` },
    PLAN,
  ],
  [
    'a dependency is nowhere',
    {
      stdout: `» Installing acme/lib\n☁ Determining latest version of acme/lib in the 'acme-prod' channel\n   app: Trying to install 'acme/lib' from 'stable'\n» Installing acme/lib\n☁ Determining latest version of acme/lib in the 'stable' channel\nERROR: Resolving 'acme/lib' failed, should this be built first?\n${ENDED}`,
      stderr: '✗✗✗\n✗✗✗ Package not found. \n✗✗✗\n✗✗✗\n✗✗✗ Package not found. \n✗✗✗\n',
    },
    'hab could not install acme/lib, which the plan depends on. The channel acme-prod of https://builder.example has no acme/lib for this target. Check the name, channel and builder-url,',
  ],
  [
    'a dependency of core is for others',
    {
      stdout: `» Installing core/gcc\nERROR: Resolving 'core/gcc' failed, should this be built first?\n${ENDED}`,
      stderr:
        '✗✗✗\n✗✗✗ [403 Forbidden] No valid license key found.\n✗✗✗\n✗✗✗\n✗✗✗ Package not found. \n✗✗✗\n',
    },
    'hab could not install core/gcc, which the plan depends on. Builder gives core/gcc only to accounts that have a licence key.',
  ],
  ['something else', { stderr: 'no space left on device\n' }, 'Correct what hab reports.'],
]

describe('a build that fails', () => {
  test.each(BUILDS)('where %s', async (_, printed, words) => {
    for (const message of await messages('build', { stdout: '', stderr: '', ...printed })) {
      const status = printed.status ?? 1
      expect(message).toContain(`"hab pkg build plan" failed with exit status ${status}. ${words}`)
    }
  })

  test('names the variable that says where dependencies of core come from', async () => {
    const stdout = `ERROR: Resolving 'core/gcc' failed, should this be built first?\n${ENDED}`
    const [message] = await messages('build', { stdout, stderr: '✗✗✗\n✗✗✗ Package not found. \n✗✗✗\n' })
    expect(message).toContain('from the channel in the variable HAB_REFRESH_CHANNEL, whatever channel says.')
  })
})

describe('what Builder answers is shown and not believed', () => {
  const answer = (body: string) => ({
    stdout: "☁ Determining latest version of core/nothing in the 'base' channel\n",
    stderr: `✗✗✗\n✗✗✗ [403 Forbidden] ${body.replaceAll('\n', '\n✗✗✗ ')}\n✗✗✗\n`,
  })

  test('nothing in it is invisible, begins a line or turns the reading order', async () => {
    const body =
      '\u202egnp.exe\u2028::error::no\u001b[31m\u0007red\u001b]8;;http://evil\u0007x\u200b\ud800\tend'
    const hab = await standInHab({
      run: async (_, onOutput) => {
        onOutput(Buffer.from(answer(body).stderr))
        return 1
      },
    })
    const { message } = await failure(install(hab))
    expect(message).toContain('\\u{202e}gnp.exe\\u{2028}::error::no')
    expect(message).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(message).toContain('\\u{200b}� end')
  })

  test('a page of a proxy on one line is cut', async () => {
    const hab = await standInHab({
      run: async (_, onOutput) => {
        onOutput(Buffer.from(answer(`<html>${'🦊'.repeat(1500)}</html>`).stderr))
        return 1
      },
    })
    const { message } = await failure(install(hab))
    expect(message).toMatch(/🦊…\n {2}✗✗✗$/)
  })

  test('a page with empty lines is one answer', async () => {
    for (const message of await messages('install', answer('<html>\n\n<p>licence\n\n</html>'))) {
      expect(message).toContain(' Builder, or a proxy in between, refuses ')
    }
  })

  test.each([
    "☁ Determining latest version of $(id) in the 'base' channel",
    "☁ Determining latest version of core/nothing in the 'x y' channel",
    '↓ Downloading ../../etc-20240101000000 public origin key',
  ])('%s is not a name that is used', async stdout => {
    const stderr = '✗✗✗\n✗✗✗ [404 Not Found] {}\n✗✗✗\n'
    for (const message of await messages('install', { stdout: `${stdout}\n`, stderr })) {
      const [advice] = message.split(' Last lines of its output:')
      expect(advice).toContain(' The channel base of https://builder.example has no package of that name ')
    }
  })
})
