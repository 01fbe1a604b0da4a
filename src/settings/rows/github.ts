import { readPositive, readText } from '../readers.ts'
import type { Settings, TextSetting } from '../setting.ts'

/** The token that an action uses for GitHub. @param needs the permissions, for the documentation */
export function githubToken(needs: string) {
  return {
    token: {
      input: 'github-token',
      form: 'text',
      value: 'TOKEN',
      secret: true,
      expression: `\${{ github.token }}`,
      help: `GitHub token; needs ${needs}`,
      read: readText,
    },
  } as const satisfies Record<string, TextSetting<string>>
}

/** The job summary. @param what it shows */
export function jobSummary(what: string) {
  return {
    summary: { input: 'summary', form: 'flag', default: 'true', help: `add ${what} to the job summary` },
  } as const satisfies Settings
}

export const PREVIEW = {
  preview: {
    input: 'preview',
    form: 'flag',
    help: 'export a preview of a pull request, with its own app id and tarball',
    details:
      'On a push to a branch, its packages and their sizes are kept for comparison with later previews.',
  },
  pullRequest: {
    input: 'pull-request',
    form: 'text',
    value: 'NUMBER',
    help: 'number of the pull request, for `preview` in a workflow that runs on `workflow_run`',
    read: readPositive,
  },
} as const satisfies Settings
