import { readText } from '../readers.ts'
import type { Settings } from '../setting.ts'

export const INSPECT_RESULT = {
  html: {
    option: 'html',
    form: 'text',
    value: 'FILE',
    help: 'also write a page to FILE: a map of sizes, the dependencies, and tables of packages and files',
    read: readText,
  },
} as const satisfies Settings

export const DIFF_RESULT = {
  markdown: {
    option: 'markdown',
    form: 'flag',
    help: 'print the differences as Markdown, for release notes and comments',
  },
} as const satisfies Settings
