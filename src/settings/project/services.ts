import { basename, posix } from 'node:path'
import type { ExportRequest } from '../../export/request.ts'
import type { NonEmpty } from '../../lib/in-turn.ts'
import { repeated } from '../../lib/repeated.ts'
import { setting } from '../../lib/setting.ts'
import { quoted } from '../readers.ts'
import { HAB, NAMED } from '../rows/packages.ts'
import type { FileSettings, ProjectFile } from './file.ts'

/** What names a service for this run: texts of packages, or the folder of a plan. */
export interface ServiceName {
  packages: readonly string[]
  plan?: string
}

/**
 * The tables of each service that a run exports, for `fileSource`: without a name, all services of the
 * file; with one, the service with that package or plan, or else only what is common.
 */
export function servicesOf(
  { common, services }: ProjectFile,
  { packages, plan }: ServiceName,
): NonEmpty<FileSettings[]> {
  const named = packages.length > 0 || plan !== undefined
  if (!named) {
    const [first, ...others] = services.map(service => [service, common])
    return first ? [first, ...others] : [[common]]
  }
  const found = services.find(
    service =>
      isSame(nameIn, service.get(NAMED.packages)?.[0]?.text, packages[0]) ||
      isSame(folderIn, service.get(HAB.plan)?.[0]?.text, plan),
  )
  return [found ? [found, common] : [common]]
}

function isSame(normalize: (text: string) => string, a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && normalize(a) === normalize(b)
}

/** `acme-web` for `acme/web`, for `acme/web/1.2.0`, and for a hart of that package. */
function nameIn(text: string): string {
  const hart = /^(.+?)-[^-]+-\d{14}-.+\.hart$/.exec(basename(text))?.[1]
  return hart ?? text.split('/').slice(0, 2).join('-')
}

function folderIn(text: string): string {
  return posix.normalize(`./${text}/`)
}

/** What must differ between the services of one run, by the name of its setting. */
const OWN: readonly (readonly [name: string, of: (request: ExportRequest) => string | undefined])[] = [
  ['app-id', ({ app }) => app.id],
  ['uri', ({ uri }) => uri],
  ['sbom', ({ sbom }) => sbom],
]

/** Refuses services of one run that would take each other's place. @returns one line for each problem */
export function clashes(requests: readonly ExportRequest[]): string[] {
  const problems = OWN.flatMap(([name, of]) =>
    repeated(requests.flatMap(request => of(request) ?? [])).map(
      value => `${setting(name)}: several services have ${quoted(value)}. Give each [[service]] its own.`,
    ),
  )
  const files = requests.flatMap(({ packages: [first], outputDir }) =>
    first ? `${first} to ${outputDir}` : [],
  )
  return [
    ...problems,
    ...repeated(files).map(
      file =>
        `${setting('output-dir')}: several services export ${file}, so that one replaces the files of the other. Give each [[service]] its own.`,
    ),
  ]
}
