import type { PackageRequest } from '../habitat/package/request.ts'
import type { Layering } from '../image/layers.ts'
import type { AppRequest } from '../marathon/app/request.ts'
import type { PackageCacheRequest } from '../package-cache/index.ts'

/** What a person asked for, parsed and checked as a whole: the first value of the pipeline. */
export interface ExportRequest extends PackageRequest {
  outputDir: string
  /** How many threads compress and decode; without it, as many as suit the machine. */
  jobs?: number
  /** 1 to 12. */
  compressionLevel: number
  /** Where compressed packages are kept for later exports; absent if nothing is. */
  cache?: PackageCacheRequest
  /** How the image is divided into layers; absent if it is one tarball. */
  layering?: Layering
  /** The file for an SBOM; absent if none is wanted. */
  sbom?: string
  /** Where agents will find the tarball, if that is known: the whole URI, or what goes before its name. */
  uri?: string
  uriBase?: string
  app: AppRequest
}
