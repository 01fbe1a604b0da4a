import { readAppId, readPositive } from '../readers.ts'
import type { Settings } from '../setting.ts'

/** What a remove action removes; a command names it without an option. */
export const REMOVED = {
  appId: {
    input: 'app-id',
    form: 'text',
    value: 'APP_ID',
    help: 'id of an app to remove, instead of a preview',
    read: readAppId,
  },
  pullRequest: {
    input: 'pull-request',
    form: 'text',
    value: 'NUMBER',
    help: 'number of the pull request whose preview is removed; by default the one of the event',
    read: readPositive,
  },
  stale: {
    input: 'stale',
    form: 'flag',
    help: 'remove all previews of this repository whose pull request is closed, for workflows on a schedule',
  },
  days: {
    input: 'days',
    form: 'text',
    value: 'NUMBER',
    help: 'with `stale`, also remove previews that have not changed for this many days',
    read: readPositive,
  },
} as const satisfies Settings

export const RETRACTION = {
  comment: {
    input: 'comment',
    form: 'flag',
    default: 'true',
    help: 'update the comment and the deployments on the pull request',
  },
} as const satisfies Settings
