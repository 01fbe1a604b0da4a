import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Reporter } from '../../src/lib/report.ts'
import { layerName, type TarballFile } from '../../src/publish/publisher.ts'

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

/** Layers of an image, each a gzip file of about so many bytes; the same size and seed give the same bytes. */
export async function makeLayers(
  folder: string,
  sizes: readonly number[],
  seed = '',
): Promise<(TarballFile & { bytes: Buffer })[]> {
  return Promise.all(
    sizes.map(async (size, index) => {
      const noise: Buffer[] = []
      for (let i = 0; i * 32 < size; i++) {
        noise.push(createHash('sha256').update(`${seed} ${index} ${i}`).digest())
      }
      const bytes = gzipSync(Buffer.concat(noise))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const path = join(folder, `${sha256}.staged`)
      await writeFile(path, bytes)
      const ident = { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' }
      return { path, name: layerName(sha256), bytes, size: bytes.length, sha256, ident }
    }),
  )
}

/** A small gzip file, named as a tarball. Its text does not compress, so that it has about so many bytes. */
export async function makeTarball(folder: string, size = 200_000): Promise<TarballFile & { bytes: Buffer }> {
  const noise: Buffer[] = []
  for (let i = 0; i * 32 < size; i++) noise.push(createHash('sha256').update(String(i)).digest())
  const bytes = gzipSync(Buffer.concat(noise))
  const name = 'acme-shop-1.2.3+4-20240102030405.tgz'
  const path = join(folder, 'staged.tgz')
  await writeFile(path, bytes)
  return {
    path,
    name,
    bytes,
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ident: { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' },
  }
}
