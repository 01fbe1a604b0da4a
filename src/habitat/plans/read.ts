import { realpath } from 'node:fs/promises'
import { posix, relative, sep } from 'node:path'
import { openRegular } from '../../lib/open-regular.ts'
import { quote } from '../../lib/quote.ts'
import { readWords, type Word } from './bash.ts'

/** What a plan says about itself, as far as that can be read without running it. */
export interface PlanText {
  origin?: string
  name?: string
  /** `origin/name` of everything that a build needs, in `pkg_deps`, `pkg_build_deps` and `pkg_scaffolding`. */
  dependencies: Set<string>
  /** The plan's file and those that it sources, relative to the repository. */
  files: Set<string>
  /** What could not be read, each as the end of "cannot read …". */
  unread: Set<string>
}

const NEEDED = ['pkg_deps', 'pkg_build_deps', 'pkg_scaffolding']
/** Files that one plan can make us read, and the size of each in bytes: far more than any real plan has. */
const MOST_FILES = 50
const LARGEST_FILE = 256 << 10
/** Characters of a variable. Without a limit, `a=$a$a` in each of 60 lines takes all memory. */
const LONGEST_VALUE = 4096
const ASSIGNMENT =
  /^[ \t]*(?:(?:export|readonly|declare|local)[ \t]+(?:-\w+[ \t]+)*)?([A-Za-z_]\w*)(\+?)=(\(?)/gm
const SOURCE = /^[ \t]*(?:source|\.)[ \t]+/gm
const IDENT = /^([a-z0-9_][\w-]*\/\w[\w-]*)(?:\/[\w.~-]+){0,2}$/i

/**
 * Reads a plan, which is bash, without running it. Every assignment counts, also one inside a condition or function, so
 * that rather too many dependencies are found than too few.
 * @param root absolute path of the repository
 * @param file of the plan, relative to it
 */
export async function readPlanText(root: string, file: string): Promise<PlanText> {
  const plan: PlanText = { dependencies: new Set(), files: new Set(), unread: new Set() }
  // hab-plan-build sets it, and goes there before it sources the plan.
  const variables = new Map([['PLAN_CONTEXT', '.']])
  await readInto(plan, variables, root, posix.dirname(file), file)
  plan.origin = variables.get('pkg_origin')
  plan.name = variables.get('pkg_name')
  return plan
}

async function readInto(
  plan: PlanText,
  variables: Map<string, string>,
  root: string,
  context: string,
  file: string,
): Promise<void> {
  if (plan.files.has(file) || plan.files.size >= MOST_FILES) return
  plan.files.add(file)
  const read = await readInside(root, file).catch(() => undefined)
  if (!read) {
    plan.unread.add(file)
    return
  }
  const { text, real } = read
  plan.files.add(real)
  const statements = [...text.matchAll(ASSIGNMENT), ...text.matchAll(SOURCE)].sort(
    (a, b) => a.index - b.index,
  )
  for (const statement of statements) {
    const [whole, name, plus, bracket] = statement
    const start = statement.index + whole.length
    const { words } = readWords(text, start, variables, bracket === '(' ? 'array' : 'word')
    if (name === undefined) await source(words[0])
    else if (NEEDED.includes(name)) need(plan, name, words)
    else if (bracket !== '(') assign(plan, variables, name, words[0], plus === '+')
  }

  async function source(word: Word | undefined): Promise<void> {
    const path = word?.value
    const sourced = path === undefined ? undefined : posix.join(context, path)
    if (sourced === undefined || isOutside(sourced) || posix.isAbsolute(path!)) {
      plan.unread.add(`what it sources from ${quote(word?.text ?? '')}`)
    } else {
      await readInto(plan, variables, root, context, sourced)
    }
  }
}

/**
 * The text of a file, and where links lead to it, both relative to the repository.
 * @throws Error if it is outside of the repository, is not a regular file, or is too large
 */
async function readInside(root: string, file: string): Promise<{ text: string; real: string }> {
  const path = await realpath(posix.join(root, file))
  const real = relative(await realpath(root), path)
    .split(sep)
    .join('/')
  if (isOutside(real)) throw new Error('outside of the repository')
  const handle = await openRegular(path)
  try {
    if ((await handle.stat()).size > LARGEST_FILE) throw new Error('too large')
    return { text: await handle.readFile('utf8'), real }
  } finally {
    await handle.close()
  }
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith('../') || posix.isAbsolute(path)
}

function need(plan: PlanText, name: string, words: readonly Word[]): void {
  for (const { text, value } of words) {
    const ident = IDENT.exec(value ?? '')?.[1]
    if (ident !== undefined) plan.dependencies.add(ident)
    else if (value !== '') plan.unread.add(`${quote(text)} in ${name}`)
  }
}

function assign(
  plan: PlanText,
  variables: Map<string, string>,
  name: string,
  word: Word | undefined,
  appends: boolean,
): void {
  if (word === undefined) return
  const before = appends ? variables.get(name) : ''
  const value = word.value === undefined || before === undefined ? undefined : before + word.value
  if (value !== undefined && value.length <= LONGEST_VALUE) variables.set(name, value)
  else {
    variables.delete(name)
    if (name === 'pkg_name' || name === 'pkg_origin') plan.unread.add(`${quote(word.text)} in ${name}`)
  }
}
