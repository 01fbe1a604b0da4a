import { mkdir, rename, rm, rmdir, utimes } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { MesosizeError, messageOf } from '../lib/errors.ts'
import { makeFolder } from '../lib/make-folder.ts'
import { partialName, STALE, sweepPartials } from '../lib/partial.ts'
import { setting } from '../lib/setting.ts'

const NAME = 'mesosize'

/** What came of work, and which of its files to keep: paths below its folder, in the order in which they appear. */
export interface Staged<T> {
  result: T
  keep: readonly string[]
}

/**
 * Lets `work` write files into a folder of its own inside the output folder, then moves those that it names
 * into place. A failure or cancellation before that leaves the output folder as it was. What killed runs left there
 * is removed first.
 * @param folder the output folder, created if needed
 * @param work gets the path of its folder
 * @param named the setting that names the folder
 * @throws MesosizeError OUTPUT_UNWRITABLE, OUTPUT_FULL, or what `work` throws
 */
export async function withStaging<T>(
  folder: string,
  work: (folder: string) => Promise<Staged<T>>,
  named = 'output-dir',
): Promise<T> {
  const output = resolve(folder)
  const { staging, made } = await makeStaging(output, named)
  // Otherwise other runs could take it for a leftover while a large tarball is uploaded.
  const touching = setInterval(() => touch(staging), STALE / 6).unref()
  try {
    const { result, keep } = await work(staging)
    await moveAll(keep, staging, output, named)
    return result
  } catch (error) {
    throw fullDisk(error, output, named) ?? error
  } finally {
    clearInterval(touching)
    await rm(staging, { recursive: true, force: true })
    if (made !== undefined) await removeEmpty(output, made)
  }
}

/** @returns the staging folder, and the topmost folder that had to be made for it */
async function makeStaging(output: string, named: string): Promise<{ staging: string; made?: string }> {
  try {
    const made = await makeFolder(output)
    await sweepPartials(output, new RegExp(`^${NAME}$`))
    const staging = join(output, partialName(NAME))
    await mkdir(staging, { mode: 0o700 })
    return { staging, made }
  } catch (error) {
    refuse(error, output, named)
  }
}

async function touch(folder: string): Promise<void> {
  const now = new Date()
  await utimes(folder, now, now).catch(() => {})
}

async function moveAll(names: readonly string[], from: string, output: string, named: string): Promise<void> {
  try {
    for (const name of names) {
      await makeFolder(dirname(join(output, name)))
      await rename(join(from, name), join(output, name))
    }
  } catch (error) {
    refuse(error, output, named)
  }
}

/** Removes the folders that were created, unless something has been put into them. */
async function removeEmpty(folder: string, topmost: string): Promise<void> {
  for (let current = folder; current.length >= topmost.length; current = dirname(current)) {
    const isEmpty = await rmdir(current).then(
      () => true,
      () => false,
    )
    if (!isEmpty) return
  }
}

/** @throws MesosizeError OUTPUT_FULL, OUTPUT_UNWRITABLE */
export function refuse(error: unknown, output: string, named: string): never {
  throw (
    fullDisk(error, output, named) ??
    new MesosizeError(
      'OUTPUT_UNWRITABLE',
      `The output folder ${output} cannot be written: ${messageOf(error)}. Name another with ${setting(named)}.`,
      { cause: error },
    )
  )
}

function fullDisk(error: unknown, output: string, named: string): MesosizeError | undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && code !== 'EFBIG') return undefined
  return new MesosizeError(
    'OUTPUT_FULL',
    `There is no room for the ${named === 'sbom' ? 'SBOM' : 'tarball'} in ${output}: ${messageOf(error)}. Free some space, or name another folder with ${setting(named)}.`,
    { cause: error },
  )
}
