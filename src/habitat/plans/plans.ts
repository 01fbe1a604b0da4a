import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { inOrderOfNeed } from '../../lib/dependency-order.ts'
import { MesosizeError } from '../../lib/errors.ts'
import { forAll } from '../../lib/for-all.ts'
import { findPlan } from '../hab/index.ts'
import { TARGETS } from '../package/target.ts'
import { changedFiles } from './changes.ts'
import { type PlanText, readPlanText } from './read.ts'

/** A plan of a repository. */
export interface RepositoryPlan {
  /** Relative to the working folder, `.` for that itself. */
  folder: string
  /** The plan that hab loads for the target, relative to the folder. */
  file: string
  /** Absent if it cannot be read. */
  origin?: string
  name?: string
  /** Folders of the other plans that are listed here too and must be built before. */
  dependsOn: readonly string[]
  /** Whether it has changed itself, and not just what it depends on; absent if nothing is compared. */
  changed?: boolean
  /** What could not be read of it without running it. */
  unread: readonly string[]
}

export interface PlansRequest {
  target: string
  /** Of plans that name none. */
  origin?: string
  /** Lists only plans that have changed since this commit, and those that depend on them. */
  changedSince?: string
}

interface Found
  extends Omit<RepositoryPlan, 'dependsOn' | 'unread'>,
    Pick<PlanText, 'dependencies' | 'files' | 'unread'> {}

/**
 * Lists the plans of a repository in an order in which they can be built. What is in a plan's folder, and the files that
 * it sources, belong to it.
 * @param root the folder to search, absolute
 * @returns also the folders that have plans, but none for the target, with the reason
 * @throws MesosizeError PLAN_AMBIGUOUS, PLAN_PATH, CHANGES_UNKNOWN, DEPENDENCY_CYCLE
 */
export async function listPlans(
  root: string,
  { target, origin, changedSince }: PlansRequest,
): Promise<{ plans: RepositoryPlan[]; skipped: string[] }> {
  const files = changedSince === undefined ? undefined : await changedFiles(changedSince, root)
  const skipped: string[] = []
  const read = async (folder: string): Promise<Found | undefined> => {
    try {
      const { file } = await findPlan(folder, root, target)
      const text = await readPlanText(root, posix.join(folder, file))
      const plan = { folder, file, ...text, origin: text.origin ?? origin }
      return { ...plan, changed: files?.some(path => belongsTo(plan, path)) }
    } catch (error) {
      if (!(error instanceof MesosizeError && error.code === 'PLAN_NOT_FOUND')) throw error
      skipped.push(error.message)
      return undefined
    }
  }
  const folders = [...(await planFolders(root))].sort()
  const all = (await forAll(folders, AT_ONCE, read)).filter(plan => plan !== undefined)
  const needs = new Map(
    all.map(plan => [plan, all.filter(other => other !== plan && isNeeded(other, plan))] as const),
  )
  const wanted = files ? affected(needs) : new Set(all)
  const neededOf = (plan: Found) => needs.get(plan)!.filter(other => wanted.has(other))
  const ordered = inOrderOfNeed(
    all.filter(plan => wanted.has(plan)),
    neededOf,
    circle =>
      new MesosizeError(
        'DEPENDENCY_CYCLE',
        `Plans depend on each other in a circle: ${circle.map(({ folder }) => folder).join(' -> ')}. Remove one of these dependencies.`,
      ),
  )
  const plans = ordered.map(plan => ({
    folder: plan.folder,
    file: plan.file,
    origin: plan.origin,
    name: plan.name,
    dependsOn: neededOf(plan).map(({ folder }) => folder),
    changed: plan.changed,
    unread: [...plan.unread],
  }))
  return { plans, skipped: skipped.sort() }
}

/** Plans that are read at the same time. */
const AT_ONCE = 8

/** Where plans are, without following links. */
async function planFolders(root: string, folder = '.'): Promise<Set<string>> {
  const found = new Set<string>()
  const entries: Dirent[] = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory() && !/^(\..*|node_modules|results)$/.test(entry.name)) {
      for (const below of await planFolders(root, path)) found.add(below)
    } else if (entry.isFile() && /^plan\.(sh|ps1)$/.test(entry.name)) found.add(folderOf(folder))
  }
  return found
}

/** The folder that is built for a plan in `habitat/x86_64-linux`, and the like. */
function folderOf(folder: string): string {
  const inTarget = (TARGETS as readonly string[]).includes(posix.basename(folder))
  const outer = inTarget ? posix.dirname(folder) : folder
  return posix.basename(outer) === 'habitat' ? posix.dirname(outer) : outer
}

/** A path above the folder that git reports as changed is a submodule. */
function belongsTo({ folder, files }: Pick<Found, 'folder' | 'files'>, path: string): boolean {
  return (
    files.has(path) ||
    (folder === '.' ? !path.startsWith('../') : `${path}/`.startsWith(`${folder}/`)) ||
    folder.startsWith(`${path}/`)
  )
}

/** Whether one plan makes what another needs. Without an origin, it may be anyone's. */
function isNeeded({ origin, name }: Found, { dependencies }: Found): boolean {
  if (name === undefined) return false
  return origin === undefined
    ? [...dependencies].some(each => each.endsWith(`/${name}`))
    : dependencies.has(`${origin}/${name}`)
}

/** What has changed, and what depends on it. */
function affected(needs: ReadonlyMap<Found, readonly Found[]>): Set<Found> {
  const all = new Set([...needs.keys()].filter(({ changed }) => changed))
  // A set also iterates over what is added meanwhile.
  for (const plan of all) for (const [user, needed] of needs) if (needed.includes(plan)) all.add(user)
  return all
}
