import { parseHeaderLines } from '../../publish/header-lines.ts'
import { choiceOf, readReleaseId, readReleaseTag, readText } from '../readers.ts'
import type { Settings } from '../setting.ts'

export const TARGETS = ['none', 'release', 'artifact', 'artifact-store', 'http'] as const

export const PUBLISH = {
  to: {
    input: 'publish',
    form: 'text',
    value: 'TARGET',
    choices: TARGETS,
    default: 'none',
    help: 'where the tarball or its layers go: `release` (an asset of a GitHub release), `artifact` (of this workflow run; agents cannot fetch it, and it cannot hold layers), `artifact-store` (of Marathon before 1.5), `http` (PUT to any server) or `none`',
    read: choiceOf(TARGETS),
  },
} as const satisfies Settings

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
    read: text => parseHeaderLines(text, 'upload-headers'),
  },
} as const satisfies Settings
