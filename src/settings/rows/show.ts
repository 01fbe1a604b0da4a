import { readCount, readText, wholeNumber } from '../readers.ts'
import type { Settings } from '../setting.ts'

export const LOGS = {
  follow: {
    option: 'follow',
    short: 'f',
    form: 'flag',
    help: 'keep printing new output, also of new tasks',
  },
  stdout: { option: 'stdout', form: 'flag', help: 'print only stdout' },
  stderr: { option: 'stderr', form: 'flag', help: 'print only stderr' },
  instance: {
    option: 'instance',
    form: 'text',
    value: 'NUMBER',
    help: 'print only the task with this number in the status',
    read: wholeNumber(1, 1_000_000),
  },
  lines: {
    option: 'lines',
    short: 'n',
    form: 'text',
    value: 'NUMBER',
    default: '50',
    unit: 'lines',
    help: 'number of earlier lines to show per task and stream',
    read: readCount,
  },
} as const satisfies Settings

export const JSON_RESULT = {
  json: { option: 'json', form: 'flag', help: 'print the result as JSON to standard output' },
} as const satisfies Settings

export const EXPORT_RESULT = {
  json: {
    option: 'json',
    form: 'flag',
    help: 'print a JSON object that describes the result, including the app definition',
  },
} as const satisfies Settings

/** Options of every command. */
export const GENERAL = {
  settings: {
    option: 'settings',
    input: 'settings',
    form: 'text',
    value: 'FILE',
    help: 'project file with further settings; the command line reads `mesosize.toml` in the working folder by default; the action reads none by default',
    read: readText,
  },
  help: { option: 'help', short: 'h', form: 'flag', help: 'print this help' },
  quiet: {
    option: 'quiet',
    short: 'q',
    form: 'flag',
    help: 'print only results, warnings and errors: no progress, notes or summaries',
  },
  version: { option: 'version', short: 'V', form: 'flag', help: 'print the version' },
} as const satisfies Settings
