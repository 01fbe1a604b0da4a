import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry, Part } from '../../src/codec/tar/entry.ts'
import { collect } from './handmade.ts'

/** Writes the parts under a folder with their modes and owners, as unpacking the tarball by root does. */
export async function unpack(parts: readonly Part[], folder: string): Promise<void> {
  for (const part of parts) {
    for await (const entry of part.entries()) await write(entry, folder)
  }
}

async function write(entry: Entry, folder: string): Promise<void> {
  const path = join(folder, entry.path)
  switch (entry.type) {
    case 'directory':
      mkdirSync(path)
      break
    case 'file':
      writeFileSync(path, Buffer.concat(await collect(entry.content)))
      break
    case 'symlink':
      symlinkSync(entry.target, path)
      return
    case 'hardlink':
      linkSync(join(folder, entry.target), path)
      return
  }
  chownSync(path, 0, 0)
  chmodSync(path, entry.mode)
}

export interface Finished {
  status: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  pid: number
}

/** Starts a program with pipes; `finished` resolves when it has ended and its output has been read. */
export function start(
  command: readonly string[],
  options: SpawnOptions,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(command[0]!, command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]!.setEncoding('utf8').on('data', text => {
      output[stream] += text
    })
  }
  const finished = once(child, 'close').then(([status, signal]) => ({
    ...output,
    status,
    signal,
    pid: child.pid!,
  }))
  return { child, finished }
}
