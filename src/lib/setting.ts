/** Writes a setting's name, and a value if there is one, in the form that the running program uses. */
export type SettingWording = (name: string, value?: string) => string

let wording: SettingWording = (name, value) => (value === undefined ? `--${name}` : `--${name} ${value}`)

/**
 * Chooses how messages name settings: each front door does that once, before anything else. Until then, settings are
 * named as options of the command line.
 */
export function wordSettings(chosen: SettingWording): void {
  wording = chosen
}

/**
 * A setting, for use inside a message.
 * @param name of its row in the table of settings
 * @param value to be written with it, as a person would
 */
export function setting(name: string, value?: string): string {
  return wording(name, value)
}
