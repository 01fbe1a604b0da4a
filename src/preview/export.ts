import type { ExportRequest } from '../export/request.ts'
import type { RunContext } from '../github/context.ts'
import type { PublishRequest } from '../publish/request.ts'
import { PREVIEW_RELEASE, type Preview, previewGroup, previewLabels, tarballPrefix } from './preview.ts'
import { baseBranch, previewOf } from './run.ts'

/** What of an export is different where it is a preview's. */
export interface PreviewableExport {
  request: ExportRequest
  publish: PublishRequest
  /** The export is a pull request's: the one of the run's event, or the one of this number. */
  preview?: { pullRequest?: number }
  /** What the name of a published tarball begins with. */
  tarballPrefix?: string
}

/**
 * What is exported where a preview is asked for: on a push the image of the branch, which goes nowhere, else that
 * of the pull request, with an app id, labels and a place of its own.
 * @throws MesosizeError NO_PULL_REQUEST
 */
export function forPreview<Export extends PreviewableExport>(action: Export, context: RunContext): Export {
  if (action.preview === undefined) return action
  if (baseBranch(context) !== undefined) return { ...action, publish: { to: 'none' } }
  return asPreview(action, previewOf(context, action.preview.pullRequest))
}

function asPreview<Export extends PreviewableExport>(action: Export, preview: Preview): Export {
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
