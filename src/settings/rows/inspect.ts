import type { Settings } from '../setting.ts'

export const DIFF_RESULT = {
  markdown: {
    option: 'markdown',
    form: 'flag',
    help: 'print the differences as Markdown, for release notes and comments',
  },
} as const satisfies Settings
