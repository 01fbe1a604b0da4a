import type { ExportAction } from '../actions/export/request.ts'
import type { RunContext } from '../github/context.ts'
import { previewOf } from '../github/pull-request.ts'
import { PREVIEW_RELEASE, type Preview, previewGroup, previewLabels, tarballPrefix } from './preview.ts'

/**
 * The branch whose image previews will be compared with, where the run is for a push to one; a preview is exported
 * for everything else.
 */
export function baseBranch({ eventName, ref }: RunContext): string | undefined {
  return eventName === 'push' && ref?.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
}

/**
 * What is exported where a preview is asked for: on a push the image of the branch, which goes nowhere, else that
 * of the pull request, with an app id, labels and a place of its own.
 * @throws MesosizeError NO_PULL_REQUEST
 */
export function forPreview(action: ExportAction, context: RunContext): ExportAction {
  if (action.preview === undefined) return action
  if (baseBranch(context) !== undefined) return { ...action, publish: { to: 'none' } }
  return asPreview(action, previewOf(context, action.preview.pullRequest))
}

function asPreview(action: ExportAction, preview: Preview): ExportAction {
  const { request, publish } = action
  return {
    ...action,
    request: {
      ...request,
      app: {
        ...request.app,
        appGroup: previewGroup(preview),
        labels: { ...request.app.labels, ...previewLabels(preview) },
      },
    },
    publish: publish.to === 'release' ? { ...publish, tag: PREVIEW_RELEASE, prerelease: true } : publish,
    tarballPrefix: tarballPrefix(preview),
  }
}
