import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** The top folder of the project. */
export const ROOT = join(import.meta.dirname, '../..')

/** @param path from the top folder */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

export interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}

export interface Job {
  permissions?: unknown
  'timeout-minutes'?: number
  steps: Step[]
}

export interface Workflow {
  name: string
  permissions?: unknown
  concurrency?: unknown
  jobs: Record<string, Job>
}

export interface WorkflowText {
  name: string
  text: string
}

/** The project's own workflows. */
export const WORKFLOWS: readonly WorkflowText[] = readdirSync(join(ROOT, '.github/workflows')).map(name => ({
  name: `.github/workflows/${name}`,
  text: read(`.github/workflows/${name}`),
}))

/** Every file that is committed or could be, by its path from the top folder. */
export const FILES: readonly string[] = execFileSync(
  'git',
  ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter(path => path !== '' && existsSync(join(ROOT, path)))

/** Every document, by its path from the top folder. */
export const DOCUMENTS: readonly string[] = FILES.filter(path => path.endsWith('.md'))

/** The workflows that the documents offer for copying. */
export const README_WORKFLOWS: readonly WorkflowText[] = DOCUMENTS.flatMap(path =>
  [...read(path).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => ({
    name: `${path}: ${/^name: (.*)$/m.exec(text)?.[1]}`,
    text,
  })),
)

export function parseWorkflow(text: string): Workflow {
  return parse(text, { strict: true, uniqueKeys: true })
}

export function stepsOf(text: string): Step[] {
  return Object.values(parseWorkflow(text).jobs).flatMap(job => job.steps)
}
