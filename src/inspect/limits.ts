import { MOST_PACKAGES } from '../habitat/package/dependencies.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { InspectedFile, InspectedPackage } from './contents.ts'

/** Characters. V8's strings have at most twice as many, and in the whole JSON each line is indented further. */
const MOST_CHARACTERS = 2 ** 28

/** Limits for what is remembered of an image: a tarball of a few MiB can describe millions of files and packages. */
export class ImageLimits {
  #characters = 0
  #packages = 0

  /**
   * @param from what the tarball is called in errors
   * @throws MesosizeError TARBALL_UNREADABLE
   */
  add(one: InspectedFile | InspectedPackage, from: string): void {
    if ('ident' in one && ++this.#packages > MOST_PACKAGES) {
      throw tooMuch(from, `the image has more than ${MOST_PACKAGES} packages`)
    }
    // As the page has it, where this takes up more.
    this.#characters += JSON.stringify(one, null, 2).replaceAll('<', '\\u003c').length
    if (this.#characters > MOST_CHARACTERS) {
      throw tooMuch(from, `the names in the image alone have more than ${MOST_CHARACTERS >> 20} MiB`)
    }
  }
}

function tooMuch(from: string, problem: string): MesosizeError {
  return new MesosizeError(
    'TARBALL_UNREADABLE',
    `${from} was not written by an export: ${problem}. Give a tarball that an export wrote.`,
  )
}
