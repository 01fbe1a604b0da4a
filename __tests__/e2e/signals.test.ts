import { type ChildProcess, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { writeHart } from '../testkit/hart.ts'
import { missingPrograms } from '../testkit/machine.ts'
import { originKey, writePublicKey } from '../testkit/origin-key.ts'
import { makeJob, startAction } from './run-action.ts'
import { makePlace, type Place, STAND_INS, startCli } from './run-cli.ts'

// What a handler of Node's cannot end: each would go on for ever.

/** What ended a program, to which a signal is sent when it is busy. */
async function endedBy(
  {
    child,
    ended,
  }: { child: ChildProcess; ended: Promise<{ signal: NodeJS.Signals | null; stderr: string }> },
  busy: () => boolean,
  name: NodeJS.Signals,
) {
  onTestFinished(() => void child.kill('SIGKILL'))
  let running = true
  void ended.then(() => {
    running = false
  })
  while (running && !busy()) await pause(5)
  child.kill(name)
  const { signal, stderr } = await ended
  return { signal, stderr }
}

async function placeWithPackage(
  files: Record<string, string> = {},
): Promise<{ place: Place; args: string[] }> {
  const place = await makePlace()
  const key = originKey('acme')
  await writePublicKey(place.keys, key)
  const spec = { ident: 'acme/web/1.0/20240101000000', files: { 'hooks/run': '#!/bin/sh\n', ...files } }
  await writeHart(place.artifacts, { key, package: spec })
  return { place, args: ['acme/web', '--artifacts', place.artifacts, '--keys', place.keys, ...STAND_INS] }
}

function makePipe(folder: string): string {
  const path = join(folder, 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

/** A module that leaves a marker when a pipe is about to be opened. */
function markReading(marker: string): string {
  return `
    import fs, { writeFileSync } from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    for (const [holder, name] of [[fs, 'open'], [fs.promises, 'open'], [fs.promises, 'readFile']]) {
      const original = holder[name]
      holder[name] = (path, ...more) => {
        if (String(path).endsWith('/pipe')) writeFileSync(${JSON.stringify(marker)}, '')
        return original(path, ...more)
      }
    }
    syncBuiltinESMExports()`
}

describe
  .skipIf(process.platform !== 'linux' || missingPrograms('mkfifo'))
  .each(['SIGINT', 'SIGTERM'] as const)('%s ends', name => {
  test('a computation', async () => {
    const { place, args } = await placeWithPackage({ 'default.toml': 'endless = 1\n' })
    const marker = join(place.root, 'computing')
    // Stands in for a computation that never ends, in the middle of what is made of the configuration.
    const endless = `
      import { writeFileSync } from 'node:fs'
      const { fromEntries } = Object
      Object.fromEntries = entries => {
        const made = fromEntries(entries)
        if (!('endless' in made)) return made
        writeFileSync(${JSON.stringify(marker)}, '')
        for (;;);
      }`
    const run = startCli(place, args, { preload: [endless] })
    expect(await endedBy(run, () => existsSync(marker), name)).toMatchObject({ signal: name })
  })

  test('a thread that hangs in the file system', async () => {
    // More than is decoded without a thread, even when it is compressed.
    const { place, args } = await placeWithPackage({ data: randomBytes(1 << 20).toString('base64') })
    const marker = join(place.root, 'hanging')
    // In the main thread, time flies.
    const hanging = `
      import { openSync, writeFileSync } from 'node:fs'
      import { isMainThread } from 'node:worker_threads'
      const { setInterval } = globalThis
      if (isMainThread) globalThis.setInterval = (call, time) => setInterval(call, time === 8000 ? 1 : time)
      else {
        writeFileSync(${JSON.stringify(marker)}, '')
        openSync(${JSON.stringify(makePipe(place.root))})
      }`
    const run = startCli(place, args, { preload: [hanging] })
    expect(await endedBy(run, () => existsSync(marker), name)).toMatchObject({ signal: name })
  })

  test('a command that reads a pipe without a writer', async () => {
    const place = await makePlace()
    const marker = join(place.root, 'reading')
    const args = ['deploy', makePipe(place.root), '--marathon', 'http://127.0.0.1:1']
    const run = startCli(place, args, { preload: [markReading(marker)] })
    expect(await endedBy(run, () => existsSync(marker), name)).toEqual({ signal: name, stderr: '' })
  })

  test('an action that does', async () => {
    const job = await makeJob()
    const marker = join(job.root, 'reading')
    const inputs = { app: makePipe(job.root), 'marathon-url': 'http://127.0.0.1:1' }
    const module = `data:text/javascript,${encodeURIComponent(markReading(marker))}`
    const run = startAction(job, inputs, { action: 'deploy', env: { NODE_OPTIONS: `--import ${module}` } })
    expect(await endedBy(run, () => existsSync(marker), name)).toEqual({ signal: name, stderr: '' })
  })
})
