import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { terminalReporter } from '../../../src/lib/terminal/reporter.ts'
import { ManualClock, Screen } from './screen.ts'

const MiB = 2 ** 20

function setUp({
  isTTY = true,
  columns = 80,
  env = {},
}: {
  isTTY?: boolean
  columns?: number
  env?: object
} = {}) {
  const screen = new Screen({ isTTY, columns })
  const clock = new ManualClock()
  const reporter = terminalReporter(screen, { ...env }, clock)
  return { screen, clock, reporter }
}

describe('on a terminal', () => {
  test('a phase of known size is one line that grows, and then one line with its outcome', () => {
    const { screen, clock, reporter } = setUp({ columns: 120 })
    const phase = reporter.phase('Downloading', 200 * MiB, 'bytes')
    phase.advance(50 * MiB)
    clock.pass(2000)
    expect(screen.lines).toEqual([
      expect.stringMatching(
        /^Downloading {2}\[#{7}-{23}\] {3}25% {2}50\.0 MiB of 200\.0 MiB {2}25\.0 MiB\/s$/,
      ),
    ])
    phase.advance(150 * MiB)
    clock.pass(2000)
    expect(screen.lines).toEqual([
      expect.stringMatching(/^Downloading {2}\[#{30}\] {2}100% {2}200\.0 MiB of 200\.0 MiB {2}50\.0 MiB\/s$/),
    ])
    phase.done('14 packages')
    expect(screen.lines).toEqual(['Downloading: 14 packages (4.0 s)', ''])
    expect(clock.running).toBe(0)
  })

  test('packages are counted without a rate', () => {
    const { screen, clock, reporter } = setUp()
    reporter.phase('Verifying', 4, 'packages').advance(1)
    clock.pass(3000)
    expect(screen.lines).toEqual([
      expect.stringMatching(/^Verifying {2}\[#{7}-{23}\] {3}25% {2}1 of 4 packages$/),
    ])
  })

  test('a phase of unknown size has no bar', () => {
    const { screen, clock, reporter } = setUp()
    const phase = reporter.phase('Resolving')
    clock.pass(1500)
    expect(screen.lines).toEqual(['Resolving  1.5 s'])
    phase.advance(3)
    clock.pass(500)
    expect(screen.lines).toEqual(['Resolving  3  2.0 s'])
    phase.done()
    expect(screen.lines).toEqual(['Resolving: done (2.0 s)', ''])
  })

  test.each([
    ['nothing to do', 0, 0],
    ['more than was announced', 10, 25],
  ])('%s is shown as all of it', (_, total, amount) => {
    const { screen, clock, reporter } = setUp()
    reporter.phase('Packing', total, 'packages').advance(amount)
    clock.pass(200)
    expect(screen.lines[0]).toMatch(new RegExp(`\\[#+\\] {2}100% {2}${total} of ${total} packages$`))
  })

  test.each([79, 60, 40, 20, 5])('with %i columns the line never wraps', columns => {
    const { screen, clock, reporter } = setUp({ columns })
    reporter.phase('Downloading', 200 * MiB, 'bytes').advance(50 * MiB)
    clock.pass(2000)
    expect(screen.lines).toHaveLength(1)
    expect(screen.lines[0]!.length).toBeLessThan(columns)
  })

  test('however often it advances, it is drawn ten times a second', () => {
    const { screen, clock, reporter } = setUp()
    const phase = reporter.phase('Packing', 100_000, 'bytes')
    for (let i = 0; i < 1000; i++) {
      phase.advance(100)
      clock.pass(1)
    }
    expect(screen.sent.split('\r').length - 1).toBe(10)
  })

  test('notes and warnings are whole lines above the bar, which stays', () => {
    const { screen, clock, reporter } = setUp()
    const phase = reporter.phase('Verifying', 4, 'packages')
    clock.pass(200)
    reporter.note('core/redis is taken from the cache.')
    reporter.warn('The key is old.')
    expect(screen.lines).toEqual([
      'note: core/redis is taken from the cache.',
      'warning: The key is old.',
      expect.stringMatching(/^Verifying {2}\[-+\] {4}0% {2}0 of 4 packages$/),
    ])
    phase.done('4 packages')
    reporter.note('After it.')
    expect(screen.lines.slice(2)).toEqual(['Verifying: 4 packages (0.2 s)', 'note: After it.', ''])
  })

  test('of two open phases the newer is shown, then the older again', () => {
    const { screen, clock, reporter } = setUp()
    reporter.phase('Packing', 10, 'packages')
    const inner = reporter.phase('Downloading', 2, 'packages')
    clock.pass(100)
    expect(screen.lines.at(-1)).toMatch(/^Downloading/)
    inner.done()
    expect(screen.lines).toEqual(['Downloading: done (0.1 s)', expect.stringMatching(/^Packing {2}\[/)])
    expect(clock.running).toBe(1)
  })

  test('without a clock of its own it takes the real one', async () => {
    const screen = new Screen()
    const reporter = terminalReporter(screen, {})
    const phase = reporter.phase('Packing', 10, 'packages')
    await setTimeout(300)
    expect(screen.lines).toEqual([expect.stringMatching(/^Packing {2}\[-+\]/)])
    phase.done()
    expect(screen.lines).toEqual([expect.stringMatching(/^Packing: done \((?!0\.[0-2])\d+\.\d s\)$/), ''])
  })

  test('a terminal that does not know its width is taken for 80 columns', () => {
    const sent: string[] = []
    const clock = new ManualClock()
    const reporter = terminalReporter({ isTTY: true, columns: 0, write: text => sent.push(text) }, {}, clock)
    reporter.phase('Packing', 10, 'packages')
    clock.pass(100)
    expect(sent.join('')).toContain('0 of 10 packages')
  })

  test('a phase ends once', () => {
    const { screen, reporter } = setUp()
    const phase = reporter.phase('Packing')
    phase.done('one')
    phase.done('two')
    phase.advance(1)
    expect(screen.lines).toEqual(['Packing: one (0.0 s)', ''])
  })

  test('close leaves an empty line to write on, and no clock', () => {
    const { screen, clock, reporter } = setUp()
    const phase = reporter.phase('Packing', 10, 'packages')
    clock.pass(1000)
    reporter.close()
    expect(screen.lines).toEqual([''])
    expect(clock.running).toBe(0)
    phase.done()
    clock.pass(1000)
    expect(screen.lines).toEqual([''])
  })
})

describe('without a terminal', () => {
  test.each([
    ['a pipe', { isTTY: false }],
    ['a terminal that can do nothing', { env: { TERM: 'dumb' } }],
    ['the terminal that a runner may be in', { env: { GITHUB_ACTIONS: 'true' } }],
  ])('%s gets plain lines', (_, how) => {
    const { screen, clock, reporter } = setUp({
      ...how,
      env: { FORCE_COLOR: '1', ...('env' in how ? how.env : {}) },
    })
    const phase = reporter.phase('Downloading', 200 * MiB, 'bytes')
    phase.advance(50 * MiB)
    reporter.note('A note.')
    reporter.warn('A warning.')
    clock.pass(1500)
    phase.done('14 packages')
    expect(screen.sent).toBe('note: A note.\nwarning: A warning.\nDownloading: 14 packages (1.5 s)\n')
  })

  test('a long phase says every ten seconds how far it is, even when it stands still', () => {
    const { screen, clock, reporter } = setUp({ isTTY: false })
    clock.pass(500)
    const phase = reporter.phase('Downloading', 200 * MiB, 'bytes')
    phase.advance(50 * MiB)
    clock.pass(9_900)
    expect(screen.sent).toBe('')
    clock.pass(10_100)
    phase.done()
    expect(screen.sent.split('\n')).toEqual([
      'Downloading: 25%, 50.0 MiB of 200.0 MiB, 5.0 MiB/s, 10.0 s',
      'Downloading: 25%, 50.0 MiB of 200.0 MiB, 2.5 MiB/s, 20.0 s',
      'Downloading: done (20.0 s)',
      '',
    ])
  })
})

describe('colours', () => {
  test.each([
    ['on a terminal', {}, true, true],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false],
    ['FORCE_COLOR over NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, false],
  ])('%s', (_, env, isTTY, coloured) => {
    const { screen, clock, reporter } = setUp({ isTTY, env })
    const phase = reporter.phase('Packing', 2, 'packages')
    phase.advance(1)
    clock.pass(200)
    reporter.note('A note.')
    reporter.warn('A warning.')
    phase.done()
    expect(/\x1b\[\d+m/.test(screen.sent)).toBe(coloured)
  })
})

test.each([true, false])('text from packages cannot drive the terminal (terminal: %s)', isTTY => {
  // The screen refuses every control character but those that the reporter itself uses.
  const hostile = 'a\x1b[2Jb\rc\x07d\x9b1Ae\u202ef\ng\x1b[K'
  const { screen, clock, reporter } = setUp({ isTTY, columns: 200, env: { NO_COLOR: '1' } })
  const phase = reporter.phase(hostile, 2, 'packages')
  clock.pass(10_000)
  reporter.note(hostile)
  reporter.warn(hostile)
  phase.done(hostile)
  const shown = 'a\\x1b[2Jb\\x0dc\\x07d\\x9b1Ae\\u{202e}f\\x0ag\\x1b[K'
  expect(screen.lines.slice(isTTY ? 0 : 1)).toEqual([
    `note: ${shown}`,
    `warning: ${shown}`,
    `${shown}: ${shown} (10.0 s)`,
    '',
  ])
})
