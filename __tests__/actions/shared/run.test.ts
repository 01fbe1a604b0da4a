import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { logReporter } from '../../../src/actions/shared/log.ts'
import { runAction } from '../../../src/actions/shared/run.ts'
import { Steps } from '../../../src/actions/shared/steps.ts'
import { MesosizeError, UsageError } from '../../../src/lib/errors.ts'
import { setting } from '../../../src/lib/setting.ts'
import { EXPORT } from '../../../src/settings/tables.ts'

let log: string
let exitCode: typeof process.exitCode

beforeEach(() => {
  log = ''
  exitCode = process.exitCode
  process.exitCode = undefined
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    log += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = exitCode
})

/** Runs a program that fails. @returns the exit code */
async function failing(error: unknown) {
  await runAction(EXPORT, async () => {
    throw error
  })
  return process.exitCode
}

describe('an action', () => {
  test('that ends well says nothing', async () => {
    await runAction(EXPORT, async () => {})
    expect({ log, code: process.exitCode }).toEqual({ log: '', code: undefined })
  })

  test('reports each mistake, which may have several lines, in a separate annotation', async () => {
    expect(await failing(new UsageError(['mem: "\u202ex" is bad.\nWrite 1', 'plan: neither 100%']))).toBe(1)
    expect(log.split('\n')).toEqual([
      '::error title=Mesosize%3A input::mem: "\\u{202e}x" is bad.%0AWrite 1',
      '::error title=Mesosize%3A input::plan: neither 100%25',
      '::error::2 mistakes in the inputs.',
      '',
    ])
  })

  test('counts a single one as one', async () => {
    await failing(new UsageError(['x']))
    expect(log).toContain('::error::1 mistake in the inputs.\n')
  })

  test.each([MesosizeError, TypeError])('shows a stack only with debug on: %o', async error_ => {
    const text = 'Check the channel.'
    const error = error_ === TypeError ? new TypeError(text) : new MesosizeError('THREAD', text)
    expect(await failing(error)).toBe(1)
    const [first, ...rest] = log.trimEnd().split('\n')
    expect(first).toBe('::error::Check the channel.')
    for (const line of rest) expect(line).toMatch(/^::debug::/)
  })

  test('names settings as its inputs', async () => {
    await runAction(EXPORT, async () => {
      throw new MesosizeError('THREAD', `Give ${setting('cpu')} or ${setting('no-health-check')}.`)
    })
    expect(log).toContain('::error::Give cpus or health-check: false.\n')
  })

  test('fails with whatever is thrown', async () => {
    expect(await failing('no error at all')).toBe(1)
    expect(log).toBe('::error::no error at all\n')
  })

  test('cannot be made to give the runner commands by a message', async () => {
    await failing(new MesosizeError('THREAD', 'a\n::add-mask::b\r\n::set-output name=app::c'))
    expect(log.split('\n').filter(line => !line.startsWith('::debug::'))).toEqual([
      '::error::a%0A\\x3a:add-mask::b\\x0d%0A\\x3a:set-output name=app::c',
      '',
    ])
  })
})

describe('the reporter', () => {
  test('gives warnings as annotations, and the rest as lines', () => {
    const report = logReporter()
    report.note('Given.\n::error::no')
    report.warn('Leave it out.')
    const phase = report.phase('Packing', 10, 'bytes')
    phase.advance(10)
    phase.done('3 packages')
    report.close()
    expect(log).toBe(
      'note: Given.\\x0a::error::no\n' +
        '::warning title=Mesosize::Leave it out.\n' +
        'Packing: 3 packages (0.0 s)\n',
    )
  })
})

describe('steps', () => {
  test('are groups with a line behind each, also where one fails', async () => {
    const steps = new Steps()
    expect(await steps.grouped('One', async () => 1)).toBe(1)
    await expect(
      steps.timed('Two', async () => {
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(log).toMatch(/^::group::One\n::endgroup::\nOne: \d+\.\d s\nTwo: \d+\.\d s\n$/)
    expect(steps.done.map(({ title }) => title)).toEqual(['One', 'Two'])
  })
})
