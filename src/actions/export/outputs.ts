import * as core from '@actions/core'
import type { Exported } from '../../export/exported.ts'
import { resultOf } from '../../export/result.ts'

/**
 * Sets every output of the export action, as in action.yml; those that have no value are left out.
 * @param changes since the last release, Markdown
 */
export function setExportOutputs(exported: Exported, changes?: string): void {
  // The app is set as it is in its file, everything else that is not a text as compact JSON.
  const outputs = { ...resultOf(exported), app: exported.appText, changes }
  for (const [name, value] of Object.entries(outputs)) {
    if (value !== undefined) core.setOutput(outputName(name), value)
  }
}

/** `app-path` for `appPath`. */
function outputName(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}
