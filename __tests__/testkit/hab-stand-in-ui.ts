/**
 * What hab prints, word for word as with HAB_NOCOLORING=true: progress on the standard output, warnings and the
 * reason why it gives up on the standard error (components/common/src/ui.rs).
 */
/** hab gives up. */
export class Fatal extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

/** A program that hab ran has ended, and has said why itself. */
export class Ended extends Error {
  readonly status: number
  constructor(status: number) {
    super(`exit status ${status}`)
    this.status = status
  }
}

export function begin(text: string): void {
  console.log(`» ${text}`)
}

/** @param mark with its word, such as `✓ Installed` */
export function status(mark: string, text: string): void {
  console.log(`${mark} ${text}`)
}

export function end(text: string): void {
  console.log(`★ ${text}`)
}

export function warn(text: string): void {
  console.error(`∅ ${text}`)
}

export function fatal(message: string): void {
  const lines = message.split('\n').map(line => `✗✗✗ ${line}\n`)
  process.stderr.write(`✗✗✗\n${lines.join('')}✗✗✗\n`)
}
