import type { ImageContents, InspectedFile } from './contents.ts'

/** Absolute paths in the image of files that run with the rights of their owner or group. */
export function setuidPaths({ packages, generated }: ImageContents): string[] {
  const special = ({ type, mode }: InspectedFile) => type === 'file' && (mode & 0o6000) !== 0
  return [
    ...generated.filter(special).map(({ path }) => path.replace(/^rootfs(?=\/)/, '')),
    ...packages.flatMap(({ ident, files }) =>
      files.filter(special).map(({ path }) => `/hab/pkgs/${ident}/${path}`),
    ),
  ]
}
