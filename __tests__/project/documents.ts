import { readdirSync, readFileSync } from 'node:fs'
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

/** The workflows that the README offers for copying. */
export const README_WORKFLOWS: readonly WorkflowText[] = [
  ...read('README.md').matchAll(/^```yaml\n(.*?)^```$/gms),
].map(([, text = '']) => ({ name: `README.md: ${/^name: (.*)$/m.exec(text)?.[1]}`, text }))

export function parseWorkflow(text: string): Workflow {
  return parse(text, { strict: true, uniqueKeys: true })
}

export function stepsOf(text: string): Step[] {
  return Object.values(parseWorkflow(text).jobs).flatMap(job => job.steps)
}
