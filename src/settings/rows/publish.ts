import { parseHeaderLines } from '../../publish/header-lines.ts'
import type { PublishRequest } from '../../publish/request.ts'
import { oneOf, readReleaseId, readReleaseTag, readText } from '../readers.ts'
import type { SettingGroup, Settings } from '../setting.ts'
import { ACCESS } from './marathon.ts'

type Target = PublishRequest['to']

export const RELEASE = {
  tag: {
    input: 'release-tag',
    form: 'text',
    value: 'TAG',
    help: 'tag of the release; by default the tag that the workflow runs for',
    read: readReleaseTag,
  },
  id: {
    input: 'release-id',
    form: 'text',
    value: 'ID',
    help: 'id of the release, instead of a tag',
    read: readReleaseId,
  },
  draft: { input: 'draft', form: 'flag', help: 'keep a newly created release as a draft' },
  prerelease: {
    input: 'prerelease',
    form: 'flag',
    help: 'mark a newly created release as a prerelease',
  },
  overwrite: {
    input: 'overwrite',
    form: 'flag',
    default: 'true',
    help: 'replace another tarball of the same name',
  },
} as const satisfies Settings

export const HTTP = {
  uploadUrl: {
    input: 'upload-url',
    form: 'text',
    value: 'URL',
    help: 'where the tarball is PUT; its name is appended to a final `/`, and the URL may hold the variables of `uri-template`, with `layers` only `{file}` and `{sha256}`',
    read: readText,
  },
  headers: {
    input: 'upload-headers',
    form: 'headers',
    value: 'LINES',
    secret: true,
    help: 'headers of the upload, `Name: value` lines',
    read: parseHeaderLines,
  },
} as const satisfies Settings

/** The Marathon of an artifact store. */
const { address, user, password, dcosToken } = ACCESS
export const STORE_ACCESS = { address, user, password, dcosToken }

/** The values of `publish`, each with the settings that have an effect only with it. */
export const TARGETS = {
  none: undefined,
  release: { heading: 'Publishing to a release', rows: RELEASE },
  artifact: undefined,
  'artifact-store': { heading: 'Publishing to an artifact store', rows: STORE_ACCESS, door: 'action' },
  http: { heading: 'Publishing with PUT', rows: HTTP },
} as const satisfies Record<Target, SettingGroup | undefined>

const NAMES = Object.keys(TARGETS) as Target[]

export const PUBLISH = {
  to: {
    input: 'publish',
    form: 'text',
    value: 'TARGET',
    ...oneOf(NAMES),
    default: 'none',
    help: 'where the tarball or its layers go: `release` (an asset of a GitHub release), `artifact` (of this workflow run; agents cannot fetch it, and it cannot hold layers), `artifact-store` (of Marathon before 1.5), `http` (PUT to any server) or `none`',
  },
} as const satisfies Settings
