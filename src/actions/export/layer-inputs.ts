import { LAYERS_RELEASE } from '../../github/layer-releases.ts'
import { setting } from '../../lib/setting.ts'
import type { PreviewableExport } from '../../preview/export.ts'
import { refuseIdle } from '../../settings/idle.ts'
import { REPORTING } from '../../settings/rows/output.ts'
import { RELEASE } from '../../settings/rows/publish.ts'
import type { SettingValues } from '../../settings/setting-values.ts'

/** Reports inputs that cannot be combined with layers. */
export function checkLayerInputs(
  values: SettingValues,
  { publish, checksumFile, preview }: PreviewableExport & { checksumFile: boolean },
): void {
  const { to } = publish
  if (to === 'artifact') {
    values.problem(
      `${setting('publish')}: an artifact holds one file, but there are several layers, and agents cannot fetch artifacts. Write ${setting('publish', 'release')} or ${setting('publish', 'http')}; or ${setting('publish', 'none')}, and give the folder of the layers to actions/upload-artifact.`,
    )
  }
  if (to === 'release' && !preview) {
    for (const row of [RELEASE.tag, RELEASE.id]) {
      if (!values.written(row)) continue
      values.problem(
        `${setting(row.input)}: layers go to the release ${LAYERS_RELEASE}, where all exports find the existing ones. Remove it, or leave ${setting('layers')} out.`,
      )
    }
  }
  if (to === 'release') {
    // Theirs is never replaced, nor made to look like that of a version.
    refuseIdle(values, [RELEASE.prerelease, RELEASE.overwrite], setting('layers'))
  }
  if (to === 'release' && publish.draft) {
    values.problem(
      `${setting('draft')}: layers go to a release for all exports, and agents cannot fetch from a draft. Remove it, or leave ${setting('layers')} out.`,
    )
  }
  if (checksumFile) {
    values.problem(
      `${setting(REPORTING.checksumFile.input)}: the name of each layer is its SHA-256 already. Remove it.`,
    )
  }
}
