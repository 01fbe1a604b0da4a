import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ExportRequest } from './request.ts'
import { refuse, type Staged, withStaging } from './staging-folder.ts'

/** Where an export writes its files until all are complete. */
export interface Staging {
  /** A folder inside the output folder. Its files have the same paths in it as below the output folder. */
  folder: string
  /**
   * Writes the SBOM beside its final place, and returns the path there; absent if none is wanted.
   * @throws MesosizeError OUTPUT_UNWRITABLE, OUTPUT_FULL
   */
  writeSbom?(bytes: Uint8Array): Promise<string>
}

/**
 * Lets an export write the image, the app definition and the SBOM, all of which appear when it has ended well, or none.
 * @param work returns which files to keep besides the SBOM
 * @throws as `withStaging` does
 */
export function stageExport<T>(
  { outputDir, sbom }: Pick<ExportRequest, 'outputDir' | 'sbom'>,
  work: (staging: Staging) => Promise<Staged<T>>,
): Promise<T> {
  if (sbom === undefined) return withStaging(outputDir, folder => work({ folder }))
  const [output, name] = [resolve(dirname(sbom)), basename(sbom)]
  const withSbom = async (beside: string) => {
    const writeSbom = async (bytes: Uint8Array) => {
      const path = join(beside, name)
      // Not left to the staging of the image, which would name the output folder.
      await writeFile(path, bytes).catch(error => refuse(error, output, 'sbom'))
      return path
    }
    return { result: await withStaging(outputDir, folder => work({ folder, writeSbom })), keep: [name] }
  }
  return withStaging(output, withSbom, 'sbom')
}
