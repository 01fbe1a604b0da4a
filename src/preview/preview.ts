import { COMMIT } from '../github/commit.ts'
import { MesosizeError } from '../lib/errors.ts'
import { isObject } from '../lib/is-object.ts'

/** The running copy of a pull request, as described by an app's labels. */
export interface Preview {
  /** OWNER/REPO. */
  repository: string
  /** Of the pull request. */
  number: number
  /** The head commit of the pull request that it was made from. */
  commit: string
  /** Of the workflow run that made it: its number and attempt. */
  run: { id: number; attempt: number }
}

/** The release that holds the tarballs of previews, and the sizes that they are compared with. */
export const PREVIEW_RELEASE = 'mesosize-previews'

/** The label that marks an app as a preview: OWNER/REPO#NUMBER. */
export const PREVIEW_LABEL = 'mesosize.preview'
const COMMIT_LABEL = 'mesosize.commit'
const RUN_LABEL = 'mesosize.run'

export function previewLabels({ repository, number, commit, run }: Preview): Record<string, string> {
  return {
    [PREVIEW_LABEL]: `${repository}#${number}`,
    [COMMIT_LABEL]: commit,
    [RUN_LABEL]: `${run.id}.${run.attempt}`,
  }
}

/**
 * The preview that an app's labels describe.
 * @returns undefined for any other app
 * @throws MesosizeError PREVIEW_LABELS if they are not as `previewLabels` writes them
 */
export function readPreview(labels: unknown): Preview | undefined {
  const values = isObject(labels) ? labels : {}
  if (values[PREVIEW_LABEL] === undefined) return undefined
  const [, repository, number] = match(/^([\w.-]+\/[\w.-]+)#([1-9]\d{0,9})$/, PREVIEW_LABEL, values)
  const [commit] = match(COMMIT, COMMIT_LABEL, values)
  const [, id, attempt] = match(/^([1-9]\d{0,14})\.([1-9]\d{0,8})$/, RUN_LABEL, values)
  return {
    repository: repository!,
    number: Number(number),
    commit: commit!,
    run: { id: Number(id), attempt: Number(attempt) },
  }
}

function match(pattern: RegExp, label: string, labels: Record<string, unknown>): RegExpExecArray {
  const value = labels[label]
  const found = typeof value === 'string' ? pattern.exec(value) : null
  if (found) return found
  throw new MesosizeError(
    'PREVIEW_LABELS',
    `The app's label ${label} is ${JSON.stringify(value) ?? 'missing'}, and not what an export with "preview: true" writes. Export it again.`,
  )
}

/** Whether two are of the same pull request; GitHub ignores upper and lower case in a repository's name. */
export function isSamePullRequest(
  a: Pick<Preview, 'repository' | 'number'>,
  b: Pick<Preview, 'repository' | 'number'>,
): boolean {
  return a.number === b.number && a.repository.toLowerCase() === b.repository.toLowerCase()
}

/** Whether a preview was made by a later run than another: GitHub counts runs upwards. */
export function isNewer({ run: a }: Preview, { run: b }: Preview): boolean {
  return a.id === b.id ? a.attempt > b.attempt : a.id > b.id
}

/** The group in Marathon that holds all previews of a pull request, such as `/previews/shop/pr-12`. */
export function previewGroup({ repository, number }: Pick<Preview, 'repository' | 'number'>): string {
  // Marathon allows fewer characters than GitHub, notably no "_".
  const name = repository
    .slice(repository.indexOf('/') + 1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return `/previews/${name || 'repository'}/pr-${number}`
}

/** The name of its environment on GitHub. */
export function previewEnvironment({ number }: Pick<Preview, 'number'>): string {
  return `pr-${number}`
}

/** What the names of its tarballs begin with, so that they can be found again. */
export function tarballPrefix({ number }: Pick<Preview, 'number'>): string {
  return `pr-${number}-`
}
