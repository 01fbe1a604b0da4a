import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { type NamedTarball, nameTarball } from '../../src/image/tarball.ts'
import type { Reporter } from '../../src/lib/report.ts'
import type { Location, Publisher } from '../../src/publish/publisher.ts'
import { noise } from '../testkit/noise.ts'

/** A reporter that writes down what it is told. */
export function recorder() {
  const notes: string[] = []
  const warnings: string[] = []
  const phases: { title: string; total?: number; amount: number; outcome?: string }[] = []
  const report: Reporter = {
    phase(title, total) {
      const phase: (typeof phases)[number] = { title, total, amount: 0 }
      phases.push(phase)
      return {
        advance: amount => {
          phase.amount += amount
        },
        done: outcome => {
          phase.outcome = outcome
        },
      }
    },
    note: text => void notes.push(text),
    warn: text => void warnings.push(text),
  }
  return { report, notes, warnings, phases, all: () => [...notes, ...warnings].join('\n') }
}

const ident = { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' }

/** Where a publisher put tarballs. */
export async function locate(publish: Publisher, tarballs: readonly NamedTarball[]): Promise<Location[]> {
  const published = await publish(tarballs)
  const about = ({ path, name, file, size, sha256, isLayer }: NamedTarball) => ({
    ...{ path, name, file, size, sha256, isLayer },
  })
  expect(published.map(about)).toEqual(tarballs.map(about))
  return published.map(({ location }) => location)
}

/** Where a publisher put the one tarball of an image. */
export async function locateOne(publish: Publisher, tarball: NamedTarball): Promise<Location> {
  const [location] = await locate(publish, [tarball])
  return location!
}

/** A tarball of an image, with its content. */
export type Made = NamedTarball & { bytes: Buffer }

/** Layers of an image, each a gzip file of about so many bytes; the same size and seed give the same bytes. */
export function makeLayers(folder: string, sizes: readonly number[], seed = ''): Promise<Made[]> {
  return Promise.all(sizes.map((size, index) => make(folder, true, noise(`${seed} ${index}`, size))))
}

/** A gzip file of about so many bytes, named as a tarball. */
export function makeTarball(folder: string, size = 200_000): Promise<Made> {
  return make(folder, false, noise('', size))
}

async function make(folder: string, isLayer: boolean, content: Buffer): Promise<Made> {
  const bytes = gzipSync(content, { level: 0 })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = join(folder, `${sha256}.staged`)
  await writeFile(path, bytes)
  return { ...nameTarball({ isLayer, path, size: bytes.length, sha256, parts: [] }, ident), bytes }
}
