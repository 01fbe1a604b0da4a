import type { PackageRequest } from '../habitat/request.ts'
import type { AppRequest } from '../marathon/request.ts'

/** What a person asked for, parsed and checked as a whole: the first value of the pipeline. */
export interface ExportRequest extends PackageRequest {
  outputDir: string
  /** Where agents will find the tarball, if that is known: the whole URI, or what goes before its name. */
  uri?: string
  uriBase?: string
  app: AppRequest
}
