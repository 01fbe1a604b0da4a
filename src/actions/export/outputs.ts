import * as core from '@actions/core'
import type { Exported } from '../../export/exported.ts'
import { resultOf } from '../../export/result.ts'

/** What an export made, for the outputs. */
export interface ServiceOutput {
  exported: Exported
  /** Since the last release, Markdown. */
  changes?: string
}

/**
 * Sets every output of the export action, as in action.yml; those that have no value are left out. Those of a single
 * service are those of the first.
 */
export function setExportOutputs(services: readonly ServiceOutput[]): void {
  const all = services.map(outputsOf)
  for (const [name, value] of Object.entries(all[0] ?? {}))
    if (value !== undefined) core.setOutput(name, value)
  core.setOutput('services', all)
}

/** The app is as it is in its file; everything else that is not a text becomes compact JSON. */
function outputsOf({ exported, changes }: ServiceOutput): Record<string, unknown> {
  const outputs = { ...resultOf(exported), app: exported.appText, changes }
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [outputName(name), value]))
}

/** `app-path` for `appPath`. */
function outputName(name: string): string {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
}
