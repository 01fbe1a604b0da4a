/**
 * Writes a setting's name, and a value if there is one, in the form that the running program uses.
 * @returns undefined if the program does not have the setting
 */
export type SettingWording = (name: string, value?: string) => string | undefined

let wording: SettingWording = (name, value) => (value === undefined ? `--${name}` : `--${name} ${value}`)

/**
 * Chooses how messages name settings: each front door does that once, before anything else. Until then, settings are
 * named as options of the command line.
 */
export function wordSettings(chosen: SettingWording): void {
  wording = chosen
}

/** Whether the running program has a setting: only then is it useful to advise its use. */
export function hasSetting(name: string): boolean {
  return wording(name) !== undefined
}

/**
 * A setting, for use inside a message.
 * @param name of its row in the table of settings
 * @param value to be written with it, as a person would
 */
export function setting(name: string, value?: string): string {
  return wording(name, value) ?? name
}
