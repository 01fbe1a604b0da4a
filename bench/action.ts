import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  inputVariables,
  type Job,
  readAction,
  usualVariables,
} from '../__tests__/testkit/runner-environment.ts'
import { measure } from './measure.ts'
import type { Variant } from './rounds.ts'
import type { Tree } from './tree.ts'
import { emptyBefore, homeOf, type Place } from './variants.ts'

/** The export action when no package has changed, from the start of its process to its outputs. */
export function unchangedAction(tree: Tree, place: Place): Variant[] {
  const inputs = {
    package: tree.ident,
    'use-hab': 'false',
    artifacts: tree.artifacts,
    keys: tree.keys,
    'supervisor-package': 'stand-in/hab-sup',
    'launcher-package': 'stand-in/hab-launcher',
    'output-dir': place.output,
    publish: 'none',
  }
  const { env, write } = jobIn(place)
  const action = {
    command: [process.execPath, join(place.dist, 'export-action.js')],
    env: { ...env, ...inputVariables(inputs, readAction('').inputs) },
  }
  const before = () => {
    emptyBefore(place)
    write()
  }
  before()
  measure(action.command, action.env)
  return [
    { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
    { name: 'The action, nothing changed', against: 'node -e 0', ...action, before },
  ]
}

/** A job with nothing but a repository; its package cache is in the home folder, as without GitHub's cache. */
function jobIn(place: Place): { env: Record<string, string>; write: () => void } {
  const root = join(place.scratch, 'job')
  const [workspace, temp, toolCache, runner] = ['work', '_temp', '_tool', 'runner'].map(name =>
    join(root, name),
  ) as [string, string, string, string]
  for (const folder of [workspace, temp, toolCache, runner]) mkdirSync(folder, { recursive: true })
  const { HOME: home = '', ...others } = homeOf(place)
  const job: Job = { root, workspace, temp, toolCache, home, runner, env: {} }
  const files = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_ENV', 'GITHUB_PATH'].map(name => [
      name,
      join(runner, name),
    ]),
  )
  const write = () => {
    writeFileSync(join(runner, 'event.json'), '{}')
    for (const path of Object.values(files)) writeFileSync(path, '')
  }
  return { env: { ...usualVariables(job), ...others, HOME: home, ...files }, write }
}
