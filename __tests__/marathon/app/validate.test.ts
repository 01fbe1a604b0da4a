import { expect, test } from 'vitest'
import { MesosizeError } from '../../../src/lib/errors.ts'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { validateApp } from '../../../src/marathon/app/validate.ts'

const least: JsonObject = { id: '/x', cmd: 'sleep 1' }

function refusal(app: JsonObject): string[] {
  try {
    validateApp(app)
  } catch (error) {
    expect(error).toBeInstanceOf(MesosizeError)
    expect((error as MesosizeError).code).toBe('APP_INVALID')
    return (error as Error).message.split('\n')
  }
  return []
}

test('returns what it has nothing against', () => {
  expect(validateApp(least)).toBe(least)
})

test('reports every problem at once, under what it leads to, with the place and the value', () => {
  expect(
    refusal({
      ...least,
      cpus: -1,
      labels: { 'a.b': 1 },
      uris: ['a b'],
      constraints: [['rack', 'MAX_PER']],
      fetch: [{ uri: 'https://h/a', destPath: '/a' }],
      gpus: 1,
    }),
  ).toEqual([
    'Marathon would refuse the app definition:',
    '  cpus: -1 must be at least 0, such as 0.5',
    expect.stringMatching(/^ {2}labels\["a\.b"\]: 1 must be text, such as "web"/),
    expect.stringMatching(/^ {2}constraints\[0\]: \["rack","MAX_PER"\] must have a whole number .* "2"/),
    '  uris[0]: "a b" must not contain " ": write %20 instead',
    '  uris: cannot be combined with fetch: keep one of the two',
    'Mesos or Linux could not run what the app definition specifies:',
    expect.stringMatching(
      /^ {2}fetch\[0\]\.destPath: "\/a" must be a path relative to the sandbox, .* Mesos/,
    ),
    'Marathon refuses the app definition unless the cluster is set up for it:',
    '  gpus: 1 needs a Marathon that runs with --enable_features gpu_resources',
    'Correct the setting or the patch that set it.',
  ])
})

test('reports of very many problems the first, and how many more there are', () => {
  const wrong = Array.from({ length: 3000 }, (_, index) => `a ${index}`)
  const lines = refusal({ ...least, uris: wrong })
  expect(lines).toHaveLength(103)
  expect(lines[0]).toBe('Marathon would refuse the app definition:')
  expect(lines[1]).toContain('uris[0]: "a 0"')
  expect(lines[100]).toContain('uris[99]: "a 99"')
  expect(lines[101]).toBe('  and 2900 problems more')
})

test('does not say "refuse" of what Marathon accepts', () => {
  const text = refusal({ ...least, env: { A: 'a\0' } }).join('\n')
  expect(text).toContain(
    'Mesos or Linux could not run what the app definition specifies:\n  env.A: contains a NUL',
  )
  expect(text).not.toContain('refuse')
})

test('with a reporter, warns of what depends on the cluster or is doubtful, instead of refusing it', () => {
  const app: JsonObject = {
    ...least,
    gpus: 1,
    portDefinitions: [{ name: '1a' }],
    fetch: [{ uri: 'https://h/a' }, { uri: 'https://h/a', extract: false }],
  }
  const warnings: string[] = []
  expect(validateApp(app, { warn: text => warnings.push(text) })).toBe(app)
  expect(warnings).toEqual([
    expect.stringMatching(/^Check the app definition: gpus: 1 needs .* gpu_resources\.$/),
    expect.stringMatching(/fetch\[1\]\.uri: "https:\/\/h\/a" is also fetched by fetch\[0\].*MESOS-9172/),
    expect.stringMatching(
      /portDefinitions\[0\]\.name: "1a" starts with a digit, which Marathon 1\.4 refuses/,
    ),
  ])
  const others = { ...app, gpus: 0 }
  expect(validateApp(others)).toBe(others)
})

test('warns of nothing where it refuses', () => {
  const warnings: string[] = []
  expect(() => validateApp({ ...least, gpus: 1, cpus: -1 }, { warn: text => warnings.push(text) })).toThrow()
  expect(warnings).toEqual([])
})

test('shows neither variables nor passwords, and long values in part', () => {
  const lines = refusal({
    ...least,
    env: { A: { secret: 's3cret', x: 'y' }, B: `s3cret${'x'.repeat(131072)}`, C: ['s3cret'] },
    uris: ['https://me:s3cret@h/a b', `https://h/ ${'a'.repeat(2000)}`],
    container: { type: 'MESOS', docker: { image: 'a', credential: { principal: 'a', secret: ['s3cret'] } } },
  })
  expect(lines.filter(line => line.startsWith('  '))).toHaveLength(7)
  expect(lines.filter(line => line.includes('s3cret'))).toEqual([
    expect.stringMatching(/^ {2}env\.A: \{"secret":"s3cret"\} refers to a secret/),
  ])
  for (const line of lines) expect(line.length).toBeLessThan(300)
})
