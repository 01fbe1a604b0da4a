import { readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { MesosizeError } from '../../lib/errors.ts'

/** A plan that hab can build. */
export interface Plan {
  /** Its folder as `hab pkg build` gets it: from the working folder, safe in a shell. */
  folder: string
  /** `pkg_origin`, where the plan sets it to a plain word. */
  origin?: string
}

/**
 * Finds the plan in a folder: `plan.sh` or `habitat/plan.sh`, or one for the target alone in a folder of that
 * name beside it (components/plan-build/bin/hab-plan-build-linux.sh).
 * @param folder as the person wrote it
 * @param cwd the working folder; of the machine, a build sees nothing else
 * @throws MesosizeError PLAN_NOT_FOUND, PLAN_AMBIGUOUS, PLAN_OUTSIDE, PLAN_PATH
 */
export async function findPlan(folder: string, cwd: string, target: string): Promise<Plan> {
  const path = resolve(cwd, folder)
  const here = await filesIn(path, ['plan.sh', `${target}/plan.sh`])
  const below = await filesIn(path, ['habitat/plan.sh', `habitat/${target}/plan.sh`])
  const [found] = [...here, ...below]
  if (found === undefined) throw await notFound(folder, path)
  if (here.length > 0 && below.length > 0) {
    throw new MesosizeError(
      'PLAN_AMBIGUOUS',
      `The plan folder ${JSON.stringify(folder)} has both plan.sh and habitat/plan.sh, and hab allows one. Remove one of them.`,
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
      `The plan folder ${JSON.stringify(inside)} has characters that hab hands to a shell as they are. Use letters, digits and ". _ / @ % + = : , -".`,
    )
  }
  return { folder: inside, origin: plainOrigin(await readFile(join(path, found), 'utf8')) }
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

async function notFound(folder: string, path: string): Promise<MesosizeError> {
  const windows = await filesIn(path, ['plan.ps1', 'habitat/plan.ps1'])
  const stats = await stat(path).catch(() => undefined)
  const problem = !stats
    ? 'does not exist. Check it, and that an actions/checkout step comes before'
    : !stats.isDirectory()
      ? 'is no folder. Name the folder that plan.sh is in'
      : windows.length > 0
        ? `has ${windows[0]}, which is a plan for Windows, and Mesos agents run Linux. Add a plan.sh`
        : 'has neither plan.sh nor habitat/plan.sh. Name the folder that plan.sh is in'
  return new MesosizeError('PLAN_NOT_FOUND', `The plan folder ${JSON.stringify(folder)} ${problem}.`)
}

function plainOrigin(plan: string): string | undefined {
  return /^[ \t]*pkg_origin=(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*(?:[;#].*)?$/m.exec(plan)?.[2]
}
