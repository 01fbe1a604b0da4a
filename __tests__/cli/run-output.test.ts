import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Instance, Outcome } from '../../src/agent/instance.ts'
import { showRun } from '../../src/cli/run-output.ts'

let written: string[]

beforeEach(() => {
  written = []
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation(chunk => written.push(`${chunk}`) > 0)
  }
})
afterEach(() => void vi.restoreAllMocks())

const instance = { name: 'web-1', healthyAfter: 1000, ports: [] } as unknown as Instance
const stopped: Outcome = { status: 0, after: 5000, stopped: 1000, killed: false }
const crashed: Outcome = { status: 7, after: 5000, killed: false }
const killed: Outcome = { ...stopped, killed: true }

function show(quiet: boolean, muted: boolean): string {
  const { events, tell } = showRun({ quiet, muted, json: false })
  tell('Stopping.')
  events.line(instance, 'stdout', 'output')
  events.healthy(instance)
  for (const outcome of [stopped, crashed, killed]) events.ended(instance, outcome)
  return written.join('')
}

test('a run is shown with what happens to its instances', () => {
  expect(show(false, false)).toBe(
    'Stopping.\nweb-1 | output\nweb-1 is healthy after 1.0 s\n' +
      'web-1 stopped with status 0, 1.0 s after SIGTERM\nweb-1 ended with status 7 after 5.0 s\n' +
      'web-1 had not stopped 1.0 s after SIGTERM, and was killed\n',
  )
})

test('a quiet one has only the output of the service, and what went wrong', () => {
  expect(show(true, false)).toBe(
    'web-1 | output\nweb-1 ended with status 7 after 5.0 s\n' +
      'web-1 had not stopped 1.0 s after SIGTERM, and was killed\n',
  )
})

test('a muted one does not have the output, and a failure is for later', () => {
  expect(show(true, true)).toBe('web-1 had not stopped 1.0 s after SIGTERM, and was killed\n')
})
