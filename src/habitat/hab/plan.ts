import { readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { MesosizeError } from '../../lib/errors.ts'
import type { Reporter } from '../../lib/report.ts'
import { TARGETS } from '../package/target.ts'

/** A plan that hab can build. */
export interface Plan {
  /** Its folder as passed to `hab pkg build`: relative to the working folder, safe in a shell. */
  folder: string
  /** The file that hab loads, relative to that folder, such as `habitat/plan.sh`. */
  file: string
  /** Other plans in the folder, which hab ignores. */
  ignored: readonly string[]
  /** `pkg_origin`, if the loaded file sets it to a plain word. */
  origin?: string
}

/**
 * Finds the plan that hab loads for a target: `plan.sh` in a folder named after the target, or else `plan.sh`, each in
 * the plan folder itself or in `habitat`. Two of the same rank are an error; other files, such as a plan.ps1 for
 * Windows, do not count (components/plan-build/bin/hab-plan-build-linux.sh; observed with 2.1.78).
 * @param folder as the user wrote it
 * @param cwd the working folder, which is all that a build sees of the machine
 * @throws MesosizeError PLAN_NOT_FOUND, PLAN_AMBIGUOUS, PLAN_OUTSIDE, PLAN_PATH
 */
export async function findPlan(folder: string, cwd: string, target: string): Promise<Plan> {
  const path = resolve(cwd, folder)
  const forTarget = await filesIn(path, plansIn(target))
  const forAny = await filesIn(path, ANY_TARGET)
  const candidates = forTarget.length > 0 ? forTarget : forAny
  const [file, other] = candidates
  if (file === undefined) throw await notFound(folder, path, target)
  if (other !== undefined) {
    throw new MesosizeError(
      'PLAN_AMBIGUOUS',
      `The plan folder ${JSON.stringify(folder)} has both ${file} and ${other}, but hab does not choose between them. Remove one of them.`,
    )
  }
  const inside = relative(await realpath(cwd), await realpath(path)) || '.'
  if (inside.startsWith('..')) {
    throw new MesosizeError(
      'PLAN_OUTSIDE',
      `The plan folder ${JSON.stringify(folder)} is not in the working folder ${cwd}, which is all that a build sees. Check it out into the workspace.`,
    )
  }
  // hab-studio pipes the path into a shell without quotes (components/studio/bin/hab-studio.sh, build_studio).
  if (!/^[\w.@%+=:,][\w.@%+=:,/-]*$/.test(inside)) {
    throw new MesosizeError(
      'PLAN_PATH',
      `The plan folder ${JSON.stringify(inside)} contains characters that hab passes to a shell unquoted. Use letters, digits and ". _ / @ % + = : , -".`,
    )
  }
  const origin = plainOrigin(await readFile(join(path, file), 'utf8'))
  return { folder: inside, file, ignored: forTarget.length > 0 ? forAny : [], origin }
}

/** Warns of ignored plans, as hab itself does in the middle of its log. */
export function warnOfIgnored({ folder, file, ignored }: Plan, target: string, report: Reporter): void {
  if (ignored.length === 0) return
  report.warn(
    `The plan folder ${JSON.stringify(folder)} has ${file}, so hab builds that for ${target} and ignores ${ignored.join(' and ')}. ` +
      `Remove the ignored plan, or move it into a folder named after its own target.`,
  )
}

const ANY_TARGET = ['plan.sh', 'habitat/plan.sh']

const RUNNERS: Readonly<Record<string, string>> = {
  'x86_64-linux': 'ubuntu-latest',
  'aarch64-linux': 'ubuntu-24.04-arm',
}

function plansIn(target: string, name = 'plan.sh'): string[] {
  return [`${target}/${name}`, `habitat/${target}/${name}`]
}

async function filesIn(folder: string, names: readonly string[]): Promise<string[]> {
  const there = await Promise.all(names.map(name => isFile(join(folder, name))))
  return names.filter((_, index) => there[index])
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isFile(),
    () => false,
  )
}

async function notFound(folder: string, path: string, target: string): Promise<MesosizeError> {
  const stats = await stat(path).catch(() => undefined)
  const problem = !stats
    ? 'does not exist. Check it, and that an actions/checkout step comes before'
    : !stats.isDirectory()
      ? 'is not a folder. Name the folder that plan.sh is in'
      : ((await ofOtherTargets(path, target)) ??
        'has neither plan.sh nor habitat/plan.sh. Name the folder that plan.sh is in')
  return new MesosizeError('PLAN_NOT_FOUND', `The plan folder ${JSON.stringify(folder)} ${problem}.`)
}

/** What a folder contains instead of a plan for this target, with the next step. */
async function ofOtherTargets(path: string, target: string): Promise<string | undefined> {
  const others = TARGETS.filter(other => other !== target)
  const [found] = await filesIn(
    path,
    others.flatMap(other => plansIn(other)),
  )
  if (found !== undefined) {
    const runner = Object.keys(RUNNERS).find(other => plansIn(other).includes(found))
    const use = runner ? `, or write "runs-on: ${RUNNERS[runner]}"` : ''
    return `has ${found}, which is for another target, and this runner builds for ${target}. Add a plan.sh${use}`
  }
  const windows = TARGETS.filter(other => other.endsWith('-windows'))
  const [script] = await filesIn(path, [
    ...['plan.ps1', 'habitat/plan.ps1'],
    ...windows.flatMap(other => plansIn(other, 'plan.ps1')),
  ])
  return script && `has ${script}, which is a plan for Windows, and Mesos agents run Linux. Add a plan.sh`
}

function plainOrigin(plan: string): string | undefined {
  return /^[ \t]*pkg_origin=(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*(?:[;#].*)?$/m.exec(plan)?.[2]
}
