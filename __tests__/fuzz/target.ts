import type fc from 'fast-check'

/** A part of Mesosize that reads what strangers write, with what it is given to read. */
export interface Target {
  /** Equal seeds give equal inputs. */
  inputs: fc.Arbitrary<Uint8Array>
  /**
   * Reads an input and checks what comes of it.
   * @returns how it went, in a word, to be counted
   * @throws MesosizeError if the input is refused; whatever else is thrown is a finding
   */
  attempt(input: Buffer): Promise<string>
}

/** Folders for a target. */
export interface Place {
  /** For what it needs from one input to the next. */
  fixtures: string
  /** The only one that an input may have something written to. It is emptied after each. */
  folder: string
}

export type Targets = Readonly<Record<string, (place: Place) => Promise<Target>>>

/** A path that nothing may ever be written to; inputs lead there. */
export const FORBIDDEN = '/mesosize-escaped'
