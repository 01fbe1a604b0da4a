import { MesosizeError } from '../../lib/errors.ts'
import type { PackageIdent } from './ident.ts'
import type { PackageSource } from './source.ts'

const MOST_SHOWN = 3

/**
 * Looks for a package. If that fails, the error begins with the harts that were refused: whoever built or copied one
 * needs to know what is wrong with it, rather than that Builder, which was asked next, does not have the package.
 * @param idents what to look for
 * @throws MesosizeError with the code of what `find` throws
 */
export async function findOrExplain<T>(
  source: PackageSource,
  idents: readonly PackageIdent[],
  find: () => Promise<T>,
): Promise<T> {
  try {
    return await find()
  } catch (error) {
    const refusals = idents.flatMap(ident => source.refusals(ident))
    const isExplained = refusals.length === 0 || refusals.some(({ reason }) => reason === error)
    if (!(error instanceof MesosizeError) || isExplained) throw error
    const lines = refusals
      .slice(0, MOST_SHOWN)
      .map(({ path, reason }) => `${path} was found, but was refused: ${reason.message}`)
    const more = refusals.length - lines.length
    if (more > 0) lines.push(`So were ${more} more; see the warnings above.`)
    throw new MesosizeError(error.code, `${lines.join('\n')}\nNo other build was found: ${error.message}`, {
      cause: error,
    })
  }
}
