import type { ExportRequest } from '../export/request.ts'
import type { RunContext } from '../github/context.ts'
import type { PublishRequest } from '../publish/request.ts'
import { PREVIEW_RELEASE, type Preview, previewGroup, previewLabels, tarballPrefix } from './preview.ts'
import { baseBranch, previewOf } from './run.ts'

/** The parts of an export that differ for a preview. */
export interface PreviewableExport {
  request: ExportRequest
  publish: PublishRequest
  /** Set for the export of a pull request: that of the run's event, or the one with this number. */
  preview?: { pullRequest?: number }
  /** What the name of a published tarball begins with. */
  tarballPrefix?: string
}

/**
 * What to export as a preview: on a push, the image of the branch, which is not published; otherwise that of the pull
 * request, with its own app id, labels and place.
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
