import { LAYERS_RELEASE } from '../../github/layer-releases.ts'
import type { PublishRequest } from '../../publish/request.ts'
import type { ExportInput } from '../shared/input-table.ts'
import type { Inputs } from '../shared/inputs.ts'

/** Adds to the inputs' problems those that do not go together with layers. */
export function checkLayerInputs(inputs: Inputs<ExportInput>, { to }: PublishRequest): void {
  const problems = inputs.problems
  if (to === 'artifact') {
    problems.push(
      'publish: an artifact holds one file, layers are several, and agents can fetch no artifact. Write publish: release or http; or publish: none, and give the folder of the layers to actions/upload-artifact',
    )
  }
  if (to === 'release' && !inputs.flag('preview')) {
    for (const name of ['release-tag', 'release-id'] as const) {
      if (inputs.text(name) === undefined) continue
      problems.push(
        `${name}: layers go to the release ${LAYERS_RELEASE}, where all exports find those that are there already. Remove it, or leave layers out`,
      )
    }
  }
  if (to === 'release' && inputs.flag('draft')) {
    problems.push(
      'draft: layers go to a release for all exports, and agents fetch nothing from a draft. Remove it, or leave layers out',
    )
  }
  if (inputs.flag('checksum-file')) {
    problems.push('checksum-file: the name of each layer is its SHA-256 already. Remove it')
  }
}
