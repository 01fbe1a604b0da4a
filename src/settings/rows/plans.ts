import { readText } from '../readers.ts'
import type { Settings } from '../setting.ts'
import { PACKAGES } from './packages.ts'

/** Which plans of a repository are listed. */
export const PLANS_LISTED = {
  changedSince: {
    option: 'changed-since',
    form: 'text',
    value: 'REF',
    help: 'only plans with changes since this branch, tag or commit, and those that depend on them',
    read: readText,
  },
  target: PACKAGES.target,
} as const satisfies Settings
