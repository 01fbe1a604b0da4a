import { describe, expect, test } from 'vitest'
import { MesosizeError } from '../../../src/lib/errors.ts'
import { followFile } from '../../../src/marathon/logs/follow.ts'
import type { TaskFile } from '../../../src/marathon/logs/task-file.ts'

/** A file that is what the test makes of it. */
class Growing implements TaskFile {
  content = Buffer.alloc(0)
  failure: MesosizeError | undefined

  add(text: string | Buffer): void {
    this.content = Buffer.concat([this.content, Buffer.from(text)])
  }

  async size(): Promise<number> {
    return (await this.read(this.content.length)).offset
  }

  async read(offset: number) {
    if (this.failure) throw this.failure
    const start = Math.min(offset, this.content.length)
    return { offset: start, data: this.content.subarray(start, start + 65_536) }
  }
}

const unreachable = new MesosizeError('AGENT_UNREACHABLE', 'The agent is away.')
const gone = new MesosizeError('SANDBOX_GONE', 'The sandbox is gone.')

/** What happens in each pause; the task ends after the last. */
async function follow(start: string, count: number, ...pauses: ((file: Growing) => void)[]) {
  const file = new Growing()
  file.add(start)
  const seen: string[] = []
  await followFile(async () => file, count, {
    print: async lines => void seen.push(...lines),
    note: text => void seen.push(`(${text})`),
    fail: error => void seen.push(`(${error.message})`),
    hasEnded: () => pauses.length === 0,
    pause: async () => pauses.shift()?.(file),
  })
  return seen
}

const ANEW = '(The file was rotated or emptied; the last lines before that may be missing.)'

describe('following a file', () => {
  test.each<
    [what: string, seen: string[], start: string, count: number, ...pauses: ((file: Growing) => void)[]]
  >([
    ['that grows', ['1', '2', '3'], '1\n', 10, f => f.add('2\n'), f => f.add('3\n')],
    ['from its last lines on', ['2', '3', '4'], '1\n2\n3\n', 2, f => f.add('4\n')],
    ['from its end on', ['2'], '1\n', 0, f => f.add('2\n')],
    ['that grows by parts of lines', ['abc', 'd'], 'a', 10, f => f.add('b'), f => f.add('c\nd')],
    [
      'that grows by parts of characters',
      ['日'],
      '',
      10,
      f => f.add(Buffer.from([0xe6])),
      f => f.add(Buffer.from([0x97, 0xa5, 10])),
    ],
    [
      'that grows by much',
      Array.from({ length: 50_000 }, (_, n) => `line ${n}`),
      '',
      10,
      f => f.add(Array.from({ length: 50_000 }, (_, n) => `line ${n}\n`).join('')),
    ],
    ['that is written to last of all', ['1', '2'], '1\n', 10, () => {}, f => f.add('2')],
    [
      'that is rotated',
      ['older', ANEW, 'new', 'newer'],
      'older\n',
      10,
      f => {
        f.content = Buffer.from('new\n')
      },
      () => {},
      f => f.add('newer\n'),
    ],
    [
      'that is emptied',
      ['older', ANEW, 'new'],
      'older\n',
      10,
      f => {
        f.content = Buffer.alloc(0)
      },
      f => f.add('new\n'),
    ],
    [
      'that is rotated in the middle of a line',
      ['ol', ANEW, 'n'],
      'ol',
      10,
      f => {
        f.content = Buffer.from('n')
      },
      () => {},
    ],
    [
      'whose agent is away for a while',
      ['1', '(The agent is away.)', '2'],
      '1\n',
      10,
      f => {
        f.failure = unreachable
      },
      () => {},
      f => {
        f.failure = undefined
        f.add('2\n')
      },
    ],
    [
      'whose agent is away twice',
      ['(The agent is away.)', '1', '(The agent is away.)'],
      '',
      10,
      f => {
        f.failure = unreachable
      },
      f => {
        f.failure = undefined
        f.add('1\n')
      },
      f => {
        f.failure = unreachable
      },
    ],
    [
      'whose sandbox is removed',
      ['1', '(The sandbox is gone.)'],
      '1\n',
      10,
      f => {
        f.failure = gone
      },
      () => {},
    ],
  ])('%s', async (_, seen, start, count, ...pauses) => {
    expect(await follow(start, count, ...pauses)).toEqual(seen)
  })

  test('that is not there yet', async () => {
    const file = new Growing()
    file.add('1\n2\n')
    const seen: string[] = []
    let looks = 0
    await followFile(
      async () => {
        if (++looks < 3) throw gone
        return file
      },
      1,
      {
        print: async lines => void seen.push(...lines),
        note: text => void seen.push(`(${text})`),
        fail: error => void seen.push(`(${error.message})`),
        hasEnded: () => looks >= 4 || seen.length > 1,
        pause: async () => {},
      },
    )
    expect(seen).toEqual(['(The sandbox is gone.)', '2'])
  })

  test('ends when nobody reads', async () => {
    const file = new Growing()
    file.add('1\n')
    const closed = new MesosizeError('STDOUT_UNWRITABLE', 'closed')
    const following = followFile(async () => file, 1, {
      print: () => Promise.reject(closed),
      note: () => {},
      fail: () => {},
      hasEnded: () => false,
      pause: async () => {},
    })
    await expect(following).rejects.toBe(closed)
  })

  test('ends when it is stopped', async () => {
    const following = followFile(async () => new Growing(), 1, {
      print: async () => {},
      note: () => {},
      fail: () => {},
      hasEnded: () => false,
      pause: () => Promise.reject(new Error('stopped')),
    })
    await expect(following).rejects.toThrow('stopped')
  })
})
