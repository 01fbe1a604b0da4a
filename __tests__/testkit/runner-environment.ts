import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const REPOSITORY = join(import.meta.dirname, '../..')

export interface ActionFile {
  inputs: Record<string, { description: string; default?: string }>
  outputs: Record<string, { description: string }>
  runs: { using: string; main: string; post: string }
}

/** @param folder of the action's own, from the top; empty for the export action */
export function readAction(folder: string): ActionFile {
  return parse(readFileSync(join(REPOSITORY, folder, 'action.yml'), 'utf8'))
}

/** A runner's folders for one job. */
export interface Job {
  /** Everything else is in here. */
  root: string
  /** The working folder, where the repository is checked out. */
  workspace: string
  /** RUNNER_TEMP. */
  temp: string
  /** RUNNER_TOOL_CACHE. */
  toolCache: string
  home: string
  /** The runner's own files: of commands, and of the event. */
  runner: string
  /** What every step of the job has besides the runner's usual variables. */
  env: Record<string, string>
}

/** What the runner gives every action (actions/runner, Runner.Worker/Handlers). */
export function usualVariables({ runner, temp, toolCache, workspace }: Job): Record<string, string> {
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION: 'export',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SERVER_URL: 'https://github.com',
    // Nobody listens there: a test that needs GitHub brings its own.
    GITHUB_API_URL: 'http://127.0.0.1:1',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_RUN_ID: '4711',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: join(runner, 'event.json'),
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: toolCache,
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_TRACKING_ID: 'github_0',
  }
}

/**
 * Inputs as an action finds them. Those that are not given have their defaults, and are empty without; those that are
 * unknown go along.
 */
export function inputVariables(
  inputs: Record<string, string>,
  known: ActionFile['inputs'],
): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, { default: usual = '' }] of Object.entries(known)) {
    given[name] = usual.replace(/^\$\{\{ github\.token }}$/, 'ghs_write0123456789')
  }
  return Object.fromEntries(
    Object.entries({ ...given, ...inputs }).map(([name, text]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      text,
    ]),
  )
}
