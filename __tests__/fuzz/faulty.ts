import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { MesosizeError } from '../../src/lib/errors.ts'
import type { Place, Target, Targets } from './target.ts'

// Targets with each fault that the fuzzer has to find, always with the third input.

function faulty(fault: (place: Place) => unknown) {
  return async (place: Place): Promise<Target> => {
    let index = -1
    return {
      inputs: fc.uint8Array({ minLength: 4, maxLength: 4 }),
      async attempt() {
        index++
        if (index === 0) return 'read'
        if (index === 1) throw new MesosizeError('TAR_FORMAT', 'Refused.')
        await fault(place)
        return 'read'
      },
    }
  }
}

const kept: Buffer[] = []

export const targets: Targets = {
  sound: faulty(() => {}),
  crash: faulty(() => {
    throw new TypeError('x is not a function')
  }),
  'crash elsewhere': faulty(() => {
    setImmediate(() => {
      throw new Error('nobody caught this')
    })
    return new Promise(resolve => setTimeout(resolve, 1000))
  }),
  'end of the process': faulty(() => process.kill(process.pid, 'SIGKILL')),
  'out of memory': faulty(() => {
    const all: number[][] = []
    for (;;) all.push(new Array(1 << 20).fill(0))
  }),
  'much memory': faulty(() => {
    for (let i = 0; i < 800; i++) kept.push(Buffer.alloc(1 << 20, 1))
    kept.length = 0
  }),
  // As an endless loop does, but without a processor.
  hang: faulty(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)),
  'no end': faulty(() => new Promise(() => {})),
  escape: faulty(({ folder }) => writeFileSync(join(folder, '../y'), '')),
  'escape that the fence holds': faulty(() => {
    try {
      writeFileSync('/mesosize-escaped', '')
    } catch (cause) {
      throw new MesosizeError('TAR_FORMAT', 'Cannot be written.', { cause })
    }
  }),
  unsound: faulty(() => assert.equal(1, 2)),
  'a refusal that drives a terminal': faulty(() => {
    throw new MesosizeError('TAR_FORMAT', 'Refused: \x1b[2J.')
  }),
}
