import { setting } from '../../lib/setting.ts'
import type { BuilderChannel } from '../package/request.ts'
import { advice } from './advice.ts'
import type { HabResult } from './command.ts'
import { type Complaint, readComplaint } from './complaint.ts'

export interface BuildAbout {
  /** The origin of the signing key. */
  origin: string
  from: BuilderChannel
  /** Whether a token was given. */
  hadToken: boolean
}

// Messages of hab-plan-build (`exit_with`, `_on_exit`; components/plan-build/bin) and hab-studio-type-default.sh.
const BUILD_ENDED = /^ {3}\S+: Exiting on error$/
const DEPENDENCY = /^ERROR: Resolving '([\w./+~-]+)' failed, should this be built first\?$/
const NO_PLAN =
  /^ERROR: (?:A Plan file was found in the following paths|Plan file not found in any of these paths):/
const NO_KEY = /^ERROR: Signing origin key '|^Habitat was unable to export your secret signing key\./
// Errors of sudo 1.8 and 1.9, without its warnings, and of hab if there is no sudo
// (components/hab/src/command/studio/enter.rs).
const NO_ROOT = new RegExp(
  [
    '^sudo: (?:a password is required|a terminal is required|no tty present|no askpass program|effective uid is not)',
    '^sudo: (?:The "no new privileges" flag|sorry, you |.* must be owned by uid 0|interactive authentication)',
    '^Sorry, user | is not in the sudoers file| (?:is not allowed to|may not) run sudo on ',
    "^∅ Could not find the `sudo' command",
  ].join('|'),
)
// The error of busybox, which hab-studio mounts with.
const NO_MOUNT = /^mount: (?:permission denied|mounting )/
const STUDIO = /Failed to install package ([\w./+~-]+) - /
const FROM_CHANNEL = /^☁ Determining latest version of \S+ in the '([\w.-]+)' channel$/

/** Errors for which another channel may help. */
const OF_CHANNELS: ReadonlySet<Complaint['kind']> = new Set([
  ...(['token', 'licence key', 'forbidden', 'not in channel', 'no build'] as const),
])

/** Dependencies of these origins come from a separate channel (hab-plan-build-linux.sh, _install_dependency). */
const REFRESHED: ReadonlySet<string | undefined> = new Set(['core', 'chef', 'chef-platform'])

/**
 * The next step after `hab pkg build` failed, in the plan or before it: hab reads the plan only after it has become
 * root and installed its studio.
 */
export function buildAdvice(result: HabResult, about: BuildAbout): string {
  const { lines } = result
  const find = (pattern: RegExp) => lines.map(line => pattern.exec(line)).findLast(Boolean)
  if (find(NO_KEY)) {
    return `hab found no key to sign with. Check that the plan builds for ${about.origin}, the origin of ${setting('origin-key')}.`
  }
  if (find(NO_PLAN)) return `hab found no plan to build. Check the plan folder.`
  if (find(BUILD_ENDED)) return planAdvice(result, about, find(DEPENDENCY)?.[1])
  const complaint = readComplaint(lines)
  if (find(NO_ROOT) || complaint?.kind === 'root') {
    return 'Builds need root. Use a runner whose user may call sudo without a password, or run the job as root in a container that may mount file systems ("options: --privileged").'
  }
  if (find(NO_MOUNT)) {
    return 'A build mounts file systems, which this job may not do. Run it on a runner without a container, or give the container "options: --privileged".'
  }
  const studio = find(STUDIO)?.[1]
  const next = advised(result, about, 'base-pkgs-channel')
  if ((complaint === undefined && studio === undefined) || complaint?.kind === 'licence') return next
  const channel = find(FROM_CHANNEL)?.[1]
  return sentences(
    `hab could not install ${studio ?? 'the packages of its studio'}, its build environment, so it did not get as far as the plan.`,
    next,
    complaint && OF_CHANNELS.has(complaint.kind)
      ? `hab takes the studio from ${channel ? `the channel ${channel} of ` : ''}${setting('url')}, whatever ${setting('channel')} says; set ${setting('base-pkgs-channel')} to take it from another channel.`
      : '',
  )
}

function planAdvice(result: HabResult, about: BuildAbout, dependency: string | undefined): string {
  if (dependency === undefined) return 'Correct the plan.'
  return sentences(
    `hab could not install ${dependency}, which the plan depends on.`,
    advised(result, about, 'channel'),
    REFRESHED.has(dependency.split('/')[0])
      ? `hab takes dependencies of the origins core, chef and chef-platform from the channel in the variable HAB_REFRESH_CHANNEL, whatever ${setting('channel')} says.`
      : '',
  )
}

function advised({ lines }: HabResult, { from, hadToken }: BuildAbout, channel: string): string {
  return advice(readComplaint(lines), { from, settings: { url: ['url'], channel: [channel] }, hadToken })
}

function sentences(...texts: string[]): string {
  return texts.filter(text => text !== '').join(' ')
}
