import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TARGET, temporaryFolder } from './fixtures.ts'

/**
 * Which plans are in a plan context, which of them hab loads, and which it passes over with a warning; where it loads
 * none, those that are the reason.
 */
export type Layout = [files: readonly string[], loads: string | undefined, others: readonly string[]]

const OTHER = TARGET === 'x86_64-linux' ? 'aarch64-linux' : 'x86_64-linux'
const [inTarget, inHabitatTarget] = [`${TARGET}/plan.sh`, `habitat/${TARGET}/plan.sh`]

/** As hab-plan-build 2.1.78 was seen to choose; it refuses with exit status 42 where it loads none. */
export const SEEN_LAYOUTS: readonly Layout[] = [
  [['plan.sh'], 'plan.sh', []],
  [['habitat/plan.sh'], 'habitat/plan.sh', []],
  [['plan.sh', 'habitat/plan.sh'], undefined, ['plan.sh', 'habitat/plan.sh']],
  [['plan.sh', inTarget], inTarget, ['plan.sh']],
  [['plan.sh', inHabitatTarget], inHabitatTarget, ['plan.sh']],
  [['habitat/plan.sh', inTarget], inTarget, ['habitat/plan.sh']],
  [['habitat/plan.sh', inHabitatTarget], inHabitatTarget, ['habitat/plan.sh']],
  [[`${OTHER}/plan.sh`], undefined, [`${OTHER}/plan.sh`]],
  [[inTarget, inHabitatTarget], undefined, [inTarget, inHabitatTarget]],
]

/** What follows from the source of hab-plan-build. */
export const FURTHER_LAYOUTS: readonly Layout[] = [
  [['plan.sh', 'habitat/plan.sh', inTarget], inTarget, ['plan.sh', 'habitat/plan.sh']],
  [['plan.sh', inTarget, inHabitatTarget], undefined, [inTarget, inHabitatTarget]],
  [['plan.sh', `${OTHER}/plan.sh`], 'plan.sh', []],
  // Plans for Windows, which hab-plan-build on Linux does not look for.
  [['plan.sh', 'plan.ps1'], 'plan.sh', []],
  [['plan.sh', 'habitat/plan.ps1'], 'plan.sh', []],
  [['habitat/plan.sh', 'x86_64-windows/plan.ps1'], 'habitat/plan.sh', []],
  [[inTarget, `${TARGET}/plan.ps1`], inTarget, []],
  [['plan.ps1'], undefined, ['plan.ps1']],
]

/** A working folder with these plans, each for an origin that tells which it is. */
export async function layOut(files: readonly string[]): Promise<string> {
  const cwd = await temporaryFolder()
  for (const file of files) {
    await mkdir(dirname(join(cwd, file)), { recursive: true })
    await writeFile(join(cwd, file), `pkg_name=app\npkg_version=1.0\npkg_origin=${originOf(file)}\n`)
  }
  return cwd
}

/** `habitat/x86_64-linux/plan.sh` is of the origin `habitat-x86_64-linux`, `plan.sh` of `top`. */
export function originOf(file: string): string {
  return dirname(file).replaceAll('/', '-').replace(/^\.$/, 'top')
}
