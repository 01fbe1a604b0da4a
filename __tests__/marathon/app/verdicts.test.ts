import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { validateApp } from '../../../src/marathon/app/validate.ts'

interface Verdict {
  name: string
  app: JsonObject
  /** Of the real Marathon 1.11 to POST /v2/apps, its features secrets and gpu_resources off, as by default. */
  status: number
  details?: string | { path: string; errors: string[] }[]
}

const file = join(import.meta.dirname, '../../testkit/recordings/marathon-1.11-verdicts.jsonl')
const verdicts: Verdict[] = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line))

/** Why we say otherwise than Marathon, by our words. */
const DECISIONS: [ours: RegExp, reason: string][] = [
  [
    /could not run what the app definition specifies:\n {2}env\.\w+: contains a NUL/,
    'Linux ends a variable at a NUL: tasks get another value',
  ],
  [
    /could not run what the app definition specifies:\n {2}cmd: contains a NUL/,
    'Linux ends a command line at a NUL: tasks run another',
  ],
  [
    /could not run what the app definition specifies:\n {2}fetch\[0\]\.destPath: /,
    "Mesos' fetcher refuses an absolute path: every task fails",
  ],
  [
    /could not run what the app definition specifies:\n {2}fetch\[0\]\.uri: .*"'"/,
    `Mesos' fetcher refuses a URI with "'": every task fails`,
  ],
  [
    /fetch\[0\]\.uri: .* at most 1024 characters, not 1113/,
    'the recording contradicts itself: two more records have that URI, and error.maxLength',
  ],
]

function ours(app: JsonObject): string | undefined {
  try {
    validateApp(app)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

test('agrees with the recorded verdicts of Marathon, except for deliberate differences', () => {
  const judged = verdicts.map(verdict => ({ ...verdict, ours: ours(verdict.app) }))
  const accepted = judged.filter(({ status, ours }) => status === 201 && ours === undefined)
  const refused = judged.filter(({ status, ours }) => status !== 201 && ours !== undefined)
  const others = judged
    .filter(({ status, ours }) => (status === 201) !== (ours === undefined))
    .map(({ name, status, ours }) => {
      const reason = DECISIONS.find(([words]) => ours !== undefined && words.test(ours))?.[1]
      return { name: name.slice(0, 80), marathon: status, ours, reason }
    })
  console.log(
    [
      `Of ${verdicts.length} app definitions, ${accepted.length} are accepted by both and ${refused.length} refused by both; ${others.length} (${((100 * others.length) / verdicts.length).toFixed(2)} %) are not:`,
      ...others.map(
        ({ name, marathon, reason }) => `  ${name}: ${marathon} from Marathon; refused, because ${reason}`,
      ),
    ].join('\n'),
  )
  expect(verdicts).toHaveLength(1480)
  expect(others.filter(({ reason }) => reason === undefined)).toEqual([])
  expect(others.length).toBeLessThanOrEqual(verdicts.length / 100)
  expect(DECISIONS.filter(([, reason]) => !others.some(other => other.reason === reason))).toEqual([])
})

test('says "Marathon would refuse" only of what Marathon refuses', () => {
  const wrongly = verdicts.filter(({ app, status }) => status === 201 && ours(app)?.includes('would refuse'))
  expect(wrongly.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^fetch=\[\{"uri":"http:\/\/e\.com\/a{60}/),
  ])
})

test('names every field that Marathon names, so that both refuse for the same reason', () => {
  // The field that we name instead, because it is the one to change.
  const instead: Record<string, string> = { networks: 'ipAddress', portDefinitions: 'ports', env: 'secrets' }
  const missed = verdicts.flatMap(({ name, app, details }) => {
    if (!Array.isArray(details)) return []
    const text = ours(app) ?? ''
    const isNamed = (field: string | undefined) =>
      field !== undefined && new RegExp(`^ {2}${field}\\b`, 'm').test(text)
    const fields = details.map(({ path }) => path.replace(/^\/apps\(0\)/, '').split(/[/(]/)[1]!)
    return fields
      .filter(field => field !== '' && !isNamed(field) && !isNamed(instead[field]))
      .map(field => `${name}: ${field}`)
  })
  expect(missed).toEqual([])
})

describe('with a reporter, what depends on the cluster is a warning and passes', () => {
  const CLUSTER =
    /feature|Feature|Network name must be specified|expected one of: |can only contain \*|role \*/
  const depending = verdicts.filter(
    ({ app, details }) =>
      Array.isArray(details) &&
      details.every(({ errors }) => errors.every(error => CLUSTER.test(error))) &&
      // Refused whatever the flags are: roles that Mesos does not allow, and a secret without a name.
      !/bad role|got [.-]/.test(JSON.stringify(details)) &&
      !Object.hasOwn(Object(app.secrets), ''),
  )

  test.each(depending.map(({ name, app }) => [name, app] as const))('%s', (_, app) => {
    const warnings: string[] = []
    expect(validateApp(app, { warn: text => warnings.push(text) })).toBe(app)
    expect(warnings).not.toEqual([])
    expect(() => validateApp(app)).toThrow('refuses the app definition unless the cluster is set up for it')
  })
})
