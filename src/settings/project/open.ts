import { MesosizeError, UsageError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { readFileText, statusOf } from '../files.ts'
import { GENERAL } from '../rows/show.ts'
import { nameOf } from '../setting.ts'
import type { Source } from '../source.ts'
import type { ProjectFile } from './file.ts'

/** The project file that the command line reads without being told. */
export const PROJECT_FILE = 'mesosize.toml'

/**
 * Reads the project file that a person has named.
 * @param written arguments or inputs
 * @param usual read if none is named, and if it exists
 * @throws UsageError with everything that is wrong with the file, and with the form of what was written
 */
export async function openProjectFile(written: Source, usual?: string): Promise<ProjectFile | undefined> {
  const named = written.given(GENERAL.settings)?.at(-1)?.text
  try {
    if (named !== undefined) return await readProjectFile(named)
    return usual !== undefined && (await statusOf(usual))?.isFile() ? await readProjectFile(usual) : undefined
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    const problems =
      error instanceof UsageError
        ? error.problems
        : [`${setting(nameOf(GENERAL.settings))}: ${error.message}`]
    // Without the file, anything else might only seem wrong.
    throw new UsageError([...written.problems, ...problems])
  }
}

async function readProjectFile(path: string): Promise<ProjectFile> {
  const text = await readFileText(path)
  // Loaded only where there is one, so that --help and --version are quick.
  const { parseProjectFile } = await import('./file.ts')
  return parseProjectFile(text, path)
}
