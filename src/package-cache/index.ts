/** Packages as they were packed, kept from one export to the next: opened, looked up, filled and swept. */
export {
  CacheFolder,
  type CacheFolderOptions,
  type KeptPackage,
  type KeptPackageWriter,
  type PackageCache,
} from './folder.ts'
export { keepPackage } from './keep.ts'
export { openPackageCache, type PackageCacheRequest } from './open.ts'
export { KEPT_SUFFIX, sweepCache } from './sweep.ts'
