import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  annotate,
  debug,
  failStep,
  forRunner,
  inGroup,
  logReporter,
  mask,
  say,
} from '../../../src/actions/shared/log.ts'
import { openProgramOutput } from '../../../src/actions/shared/program-output.ts'
import { readRunnerLog } from '../../testkit/runner-log.ts'

let log: Buffer
let exitCode: typeof process.exitCode
beforeEach(() => {
  log = Buffer.alloc(0)
  exitCode = process.exitCode
  vi.spyOn(process.stdout, 'write').mockImplementation((text, encoding) => {
    log = Buffer.concat([
      log,
      typeof text === 'string' ? Buffer.from(text, encoding as BufferEncoding) : text,
    ])
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = exitCode
})

/** Texts in which the runner would find a command if they were printed as they are, each in its own way. */
const HOSTILE = [
  '::error::forged',
  ' \t::add-mask::core',
  '\u00a0\u3000::set-output name=app::x',
  'x\n::error::forged',
  'x\r::error::forged',
  '##[error]forged',
  'in the middle ##[add-mask]core',
  '###[SET-ENV name=PATH]x',
  '####[group]x',
  '##[debug]##[error]x',
  'x\u2028::error::x ##[endgroup]',
]

function commands(): string[] {
  return readRunnerLog(log.toString()).flatMap(({ command }) =>
    command ? `${command.name}: ${command.data}` : [],
  )
}

test.each(HOSTILE)('what the runner would take for a command, it would: %j', text => {
  process.stdout.write(`${text}\n`)
  expect(commands()).not.toEqual([])
})

describe.each(HOSTILE)('%j', text => {
  test('is a line', () => {
    say(text)
    expect(commands()).toEqual([])
    expect(log.toString().split('\n')).toEqual([forRunner(text), ''])
  })

  test('is the text of a note, of a phase and its outcome', () => {
    const report = logReporter()
    report.note(text)
    report.phase(text).done(text)
    report.phase(text)
    report.close()
    expect(commands()).toEqual([])
  })

  test('is the message of one annotation, the name of one group, one line for developers', async () => {
    annotate('notice', text)
    logReporter().warn(text)
    failStep(text)
    await inGroup(text, async () => {})
    debug(text)
    expect(commands().map(each => each.slice(0, each.indexOf(':')))).toEqual([
      ...['notice', 'warning', 'error', 'group', 'endgroup', 'debug'],
    ])
    expect(log.toString()).not.toContain('##[')
  })

  test('is output of a program, in whatever pieces it comes', () => {
    for (const size of [1, 2, 3, 1000]) {
      log = Buffer.alloc(0)
      const output = openProgramOutput()
      const bytes = Buffer.from(`${text}\n${text}`)
      for (let at = 0; at < bytes.length; at += size) output.write(bytes.subarray(at, at + size))
      output.close()
      const [stop, start, ...others] = commands()
      expect([stop, start, others]).toEqual([
        expect.stringMatching(/^stop-commands: /),
        `${stop!.replace(/^.*: /, '')}: `,
        [],
      ])
      expect(log.toString()).not.toContain('##[')
    }
  })
})

test('an annotation has no characters that turn the reading order, and no control characters', () => {
  const all = [
    '\u200e',
    '\u200f',
    '\u061c',
    '\u202a',
    '\u202e',
    '\u2066',
    '\u2069',
    '\x80',
    '\x9b',
    '\x1b',
    '\0',
  ]
  for (const character of all) failStep(`a${character}b\nc${character}d`)
  for (const { command } of readRunnerLog(log.toString()).slice(0, -1)) {
    expect(command!.data).toMatch(/^a\\\S+b\nc\\\S+d$/)
  }
})

test('a message keeps its lines', () => {
  failStep('One.\n  Two: 100 %')
  expect(log.toString()).toBe('::error::One.%0A  Two: 100 %25\n')
})

test.each(['nothing', '##', '#', 'a ## b #[x]', '::', 'std::vector', 'x::error::y', 'ü🚀'])(
  'is left as it is: %j',
  text => {
    const output = openProgramOutput()
    output.write(Buffer.from(text))
    output.close()
    expect(log.toString().split('\n')[1]).toBe(text)
    if (text !== '::') expect(forRunner(text)).toBe(text)
  },
)

test('bytes that are not text are passed on', () => {
  const bytes = Buffer.from([0xff, 0x23, 0xfe, 0x00, 0x23, 0x23])
  const output = openProgramOutput()
  for (const byte of bytes) output.write(Buffer.from([byte]))
  output.close()
  expect(log.includes(Buffer.concat([bytes, Buffer.from('\n')]))).toBe(true)
})

test('a secret is masked as it is and as the log shows it', () => {
  mask('plain')
  mask('a##[b')
  expect(commands()).toEqual(['add-mask: plain', 'add-mask: a##[b', 'add-mask: a#\\x23[b'])
})
