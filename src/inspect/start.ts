import type { StartPlan } from './contents.ts'

const WRITTEN = /^# >>> .*\n([\s\S]*?)^# <<< /m
const ASSIGNMENT = /^([a-z_]+)='((?:[^']|'\\'')*)'$/gm

/** What `launch` says about the image. */
export interface LaunchConstants extends Omit<StartPlan, 'arguments'> {
  service: string
  target: string
}

/**
 * Reads the constants that an export writes into `launch` (rootfs/launch-script.ts).
 * @returns undefined if it is not a `launch` of an export
 */
export function readLaunch(text: string): LaunchConstants | undefined {
  const written = WRITTEN.exec(text)?.[1] ?? ''
  const constants = new Map(
    Array.from(written.matchAll(ASSIGNMENT), ([, name, value]) => [name, value!.replaceAll("'\\''", "'")]),
  )
  const [service, target, launcher, supervisor] = ['service', 'target', 'launcher', 'supervisor'].map(name =>
    constants.get(name),
  )
  if (!service || !target || !launcher || !supervisor) return undefined
  return { service, target, launcher, supervisor }
}

/** The part of an app's `cmd` that `launch` hands to the Supervisor. */
export function supervisorArguments(cmd: string): string {
  return /\bsh \.\/launch(?: (.*))?$/s.exec(cmd)?.[1] ?? ''
}
