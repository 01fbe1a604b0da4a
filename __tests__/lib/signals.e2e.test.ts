import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const CHILD = join(import.meta.dirname, 'signals-child.ts')

/** Sends signals to a program that is busy, each as soon as the one before was heard. @returns how it ended */
async function interrupt(what: string, signals: readonly NodeJS.Signals[], time = '') {
  const folder = await mkdtemp(join(tmpdir(), 'mesosize-signals-'))
  const child = spawn(process.execPath, ['--no-warnings', CHILD, what, folder, time], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await rm(folder, { recursive: true })
  })
  const left = [...signals]
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
    if (left.length > 0) child.kill(left.shift())
  })
  const [status, signal] = await once(child, 'close')
  return { status, signal, output }
}

const HEARD = 'busy\nheard SIGTERM\n'

test.each(['stops', 'has computed', 'has a thread that computes'])('is heard by what %s', async what => {
  expect(await interrupt(what, ['SIGTERM'])).toEqual({ status: 0, signal: null, output: HEARD })
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends at once what computes or no longer listens',
  async signal => {
    for (const what of ['computes', 'no longer listens']) {
      expect(await interrupt(what, [signal])).toEqual({ status: null, signal, output: 'busy\n' })
    }
  },
)

const ENDLESS = [
  'never stops',
  'opens a pipe without a writer',
  'has a thread that opens a pipe without a writer',
]

// The runner waits for 10 seconds.
test.each<[string, number]>([
  ...ENDLESS.map((what): [string, number] => [what, 8_000]),
  ['may take an hour longer', 3_608_000],
  // What a timer can be set to.
  ['may take forever', 2_147_483_647],
])('ends what %s after %i milliseconds', async (what, time) => {
  expect(await interrupt(what, ['SIGTERM'], 'flies')).toEqual({
    status: null,
    signal: 'SIGTERM',
    output: `${HEARD}${time} ms\n`,
  })
})

test.each(ENDLESS)('the second ends at once what %s', async what => {
  expect(await interrupt(what, ['SIGTERM', 'SIGINT'])).toEqual({
    status: null,
    signal: 'SIGINT',
    output: HEARD,
  })
})
