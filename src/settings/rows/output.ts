import type { ExportRequest } from '../../export/request.ts'
import { LAYERINGS } from '../../image/layers.ts'
import { readNewFile, readNewFolder } from '../files.ts'
import { oneOf, readFetchUri, readSize, readText, readUriBase, wholeNumber } from '../readers.ts'
import type { Settings, SettingsFor } from '../setting.ts'

/** Where agents fetch the image, if a person knows that better than the publisher. */
export const URIS = {
  uri: {
    option: 'uri',
    input: 'uri',
    form: 'text',
    value: 'URI',
    help: 'URI from which agents fetch the tarball; by default the one where it is published, or a file:// URI',
    read: readFetchUri,
  },
  uriBase: {
    option: 'uri-base',
    input: 'uri-base',
    form: 'text',
    value: 'URI',
    help: 'URI from which agents fetch the tarball, without its name, which is appended',
    read: readUriBase,
  },
  uriTemplate: {
    input: 'uri-template',
    form: 'text',
    value: 'TEMPLATE',
    help: 'URI from which agents fetch the tarball, with `{origin}`, `{name}`, `{version}`, `{release}`, `{ident}`, `{file}`, `{sha256}` or `{tag}` in it',
    read: readText,
  },
} as const satisfies Settings

// The names of these rows are those of ExportRequest.
export const OUTPUT = {
  outputDir: {
    option: 'output-dir',
    input: 'output-dir',
    form: 'text',
    value: 'DIR',
    default: 'results',
    help: 'folder for the tarball and the app definition; layers go into its folder `layers`',
    read: readNewFolder,
  },
  layering: {
    option: 'layers',
    input: 'layers',
    form: 'text',
    value: 'HOW',
    alone: 'auto',
    ...oneOf(LAYERINGS),
    help: 'split the image into several tarballs, so that agents keep what does not change: one with the packages built together with the service and one with the rest, or one per package',
  },
  sbom: {
    option: 'sbom',
    input: 'sbom',
    form: 'text',
    value: 'FILE',
    help: 'file for an SBOM of the image, in CycloneDX 1.6: its packages with versions, licences, sources and digests, and who depends on whom',
    details:
      'With `publish: release` it is also attached to the release, under the name of the tarball with `.cdx.json` at its end; with layers, to the release of the tag that the workflow runs for, if any.',
    read: readNewFile,
  },
  compressionLevel: {
    option: 'compression-level',
    input: 'compression-level',
    form: 'text',
    value: 'LEVEL',
    default: '4',
    help: 'compression level, from 1 (fast) to 12 (small)',
    read: wholeNumber(1, 12),
  },
  jobs: {
    option: 'jobs',
    input: 'jobs',
    form: 'text',
    value: 'NUMBER',
    help: 'number of threads that compress and decode; by default as many as there are processors, up to 4',
    read: wholeNumber(1, 256),
  },
} as const satisfies SettingsFor<keyof ExportRequest>

export const CACHE = {
  folder: {
    option: 'cache',
    form: 'text',
    value: 'DIR',
    help: "folder in which compressed packages are kept for later exports; by default in the user's cache folder",
    read: readNewFolder,
  },
  size: {
    option: 'cache-size',
    form: 'text',
    value: 'SIZE',
    default: '4GiB',
    help: 'maximum size of the package cache; the least recently used packages are removed first',
    read: readSize,
  },
  kept: {
    option: 'no-cache',
    input: 'cache',
    form: 'flag',
    default: 'true',
    help: 'keep compressed packages for later exports',
    details: 'The action keeps them in the GitHub Actions cache.',
  },
} as const satisfies Settings

/** What an action does with the result. */
export const REPORTING = {
  checksumFile: {
    input: 'checksum-file',
    form: 'flag',
    help: 'write a `.sha256` file beside the tarball, and publish it with `release` and `http`',
    details: 'Not with `layers`, whose names are their checksums.',
  },
  changes: {
    input: 'changes',
    form: 'flag',
    help: 'compare the image with that of the last published release, for release notes: see the output `changes`',
    details:
      'It downloads the tarball that is attached there, or what the app definition there names. Prereleases are left out.',
  },
} as const satisfies Settings
