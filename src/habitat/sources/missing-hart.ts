import { MesosizeError } from '../../lib/errors.ts'
import { setting } from '../../lib/setting.ts'
import { formatIdent } from '../package/ident.ts'
import type { PackageSource } from '../package/source.ts'

/** The error for a package that is neither in an artifact cache nor at Builder. */
export const missingHart: PackageSource['missing'] = (what, from, neededBy) =>
  neededBy === undefined
    ? new MesosizeError(
        'PACKAGE_NOT_FOUND',
        `There is no package ${what} in the channel ${from.channel} of ${from.url}, nor in a folder named with ${setting('artifacts')}. ` +
          `Check its name, or name another channel with ${setting('channel')} (${setting('base-pkgs-channel')} for what hab itself needs).`,
      )
    : new MesosizeError(
        'DEPENDENCY_MISSING',
        `${what}, which ${formatIdent(neededBy)} needs, is neither in an artifact cache nor at ${from.url}. ` +
          `Add the folder that holds its hart with ${setting('artifacts')}, or name the Builder that has it with ${setting('url')}.`,
      )
