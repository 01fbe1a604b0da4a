import type fc from 'fast-check'

/** A part of Mesosize that reads what strangers write, and inputs for it. */
export interface Target {
  /** The same seed gives the same input. */
  inputs: fc.Arbitrary<Uint8Array>
  /**
   * Reads an input and checks the result.
   * @returns the outcome in a few words, for the statistics
   * @throws MesosizeError if the input is refused; any other exception is a finding
   */
  attempt(input: Buffer): Promise<string>
}

/** Folders for a target. */
export interface Place {
  /** For files that it needs for all inputs. */
  fixtures: string
  /** The only folder that may be written to while an input is read. It is emptied after each input. */
  folder: string
}

export type Targets = Readonly<Record<string, (place: Place) => Promise<Target>>>

/** A path that must never be written to; inputs lead there. */
export const FORBIDDEN = '/mesosize-escaped'
