/** One phase of the work, shown as a progress bar, as lines, or as a log group: the reporter decides. */
export interface Phase {
  /** Adds to what is done, in the unit of the phase's total. */
  advance(amount: number): void
  /** Ends the phase; `outcome` is a few words such as "12 packages". */
  done(outcome?: string): void
}

/** Where stages report what they are doing. Stages never print. */
export interface Reporter {
  /**
   * Opens a phase.
   * @param title what is being done, such as "Verifying"
   * @param total how much there is to do, if known
   * @param unit what `total` counts; bytes are shown as KiB, MiB, GiB
   */
  phase(title: string, total?: number, unit?: 'bytes' | 'packages'): Phase
  /** Something decided on the person's behalf, which they may want to know. */
  note(text: string): void
  /** Something that will probably not work as it is. */
  warn(text: string): void
}

const quietPhase: Phase = { advance() {}, done() {} }

/** A reporter that says nothing. */
export const silent: Reporter = { phase: () => quietPhase, note() {}, warn() {} }
