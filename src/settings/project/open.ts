import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { readFileText, statusOf } from '../files.ts'
import { GENERAL } from '../rows/show.ts'
import { nameOf } from '../setting.ts'
import type { Source } from '../source.ts'
import type { FileSettings, ProjectFile } from './file.ts'

/** The project file that the command line reads without being told. */
export const PROJECT_FILE = 'mesosize.toml'

/**
 * Reads the project file that a person has named. One that cannot be read at all is a file without settings, with that
 * problem.
 * @param written arguments or inputs
 * @param usual read if none is named, and if it exists
 */
export async function openProjectFile(written: Source, usual?: string): Promise<ProjectFile | undefined> {
  const named = written.given(GENERAL.settings)?.at(-1)?.text
  try {
    if (named !== undefined) return await readProjectFile(named)
    return usual !== undefined && (await statusOf(usual))?.isFile() ? await readProjectFile(usual) : undefined
  } catch (error) {
    if (!(error instanceof MesosizeError)) throw error
    const none: FileSettings = new Map()
    const problems = [`${setting(nameOf(GENERAL.settings))}: ${error.message}`]
    return { path: named ?? usual!, common: none, services: [], deploy: none, remove: none, problems }
  }
}

async function readProjectFile(path: string): Promise<ProjectFile> {
  const text = await readFileText(path)
  // Loaded only where there is one, so that --help and --version are quick.
  const { parseProjectFile } = await import('./file.ts')
  return parseProjectFile(text, path)
}
