import { createHash } from 'node:crypto'
import { readTarball } from '../image/read.ts'
import { MesosizeError } from '../lib/errors.ts'
import type { Reporter } from '../lib/report.ts'
import { formatBytes } from '../lib/terminal/format.ts'
import { visible } from '../lib/visible.ts'
import type { AppDefinition } from '../marathon/app/validate.ts'
import { parseApp } from '../marathon/deploy/app-text.ts'
import { readGroups, readUsers } from './accounts.ts'
import { describeApp, imageUris } from './app.ts'
import { collectTarball, GROUP, LAUNCH, PASSWD } from './collect.ts'
import type { ImageContents, InspectedTarball } from './contents.ts'
import { ImageLimits } from './limits.ts'
import { type Opened, type OpenTools, open } from './open.ts'
import { readLaunch, supervisorArguments } from './start.ts'

export interface InspectTools extends OpenTools {
  report: Reporter
}

/** What was found at a place, with the app definition if there was one. */
export interface Inspected {
  contents: ImageContents
  app?: AppDefinition
}

const LONGEST_APP = 4 << 20

/**
 * Reads what is in an image.
 * @param place a path or a URL of a tarball, or of an app definition, whose image is then read as agents fetch it
 * @throws MesosizeError its message ready for the person who asked
 */
export async function inspect(place: string, tools: InspectTools): Promise<Inspected> {
  const opened = await peek(await open(place, tools))
  if (!opened.isText) return { contents: await inspectTarballs([opened], tools) }
  const app = await readApp(opened)
  return { app, contents: await inspectApp(app, opened.from, tools) }
}

/** @throws MesosizeError PLACE_UNREADABLE if it is too long, APP_…, or what reading it throws */
export async function readApp(opened: Opened): Promise<AppDefinition> {
  return parseApp(await readText(opened), opened.from)
}

/**
 * Reads what is in an image whose tarballs are known.
 * @param places paths or URLs, in the order in which agents unpack them
 * @throws MesosizeError
 */
export function inspectImage(places: readonly string[], tools: InspectTools): Promise<ImageContents> {
  return inspectTarballs(openInTurn(places, tools), tools)
}

/**
 * Reads the image that an app runs.
 * @param source what the app definition is called in errors
 * @throws MesosizeError
 */
export async function inspectApp(
  app: AppDefinition,
  source: string,
  tools: InspectTools,
): Promise<ImageContents> {
  const contents = await inspectImage(imageUris(app, source), tools)
  const described = describeApp(app)
  const start = contents.start && { ...contents.start, arguments: supervisorArguments(described.cmd ?? '') }
  return { ...contents, app: described, ...(start && { start }) }
}

async function* openInTurn(places: readonly string[], tools: OpenTools): AsyncGenerator<Opened> {
  for (const place of places) yield await open(place, tools)
}

/**
 * The same for tarballs that are open already.
 * @throws MesosizeError
 */
export async function inspectTarballs(
  opened: Iterable<Opened> | AsyncIterable<Opened>,
  { report }: InspectTools,
): Promise<ImageContents> {
  const tarballs: InspectedTarball[] = []
  const packages: ImageContents['packages'][number][] = []
  const generated: ImageContents['generated'][number][] = []
  const texts = new Map<string, string>()
  const limits = new ImageLimits()
  for await (const { from, bytes } of opened) {
    const phase = report.phase(`Reading ${visible(from)}`)
    const measured = new Measured(bytes)
    const found = await collectTarball(readTarball(measured.passing(), from), tarballs.length, from, limits)
    const { entries, unpacked } = found
    tarballs.push({ from, ...measured.done(), unpacked, entries })
    packages.push(...found.packages)
    generated.push(...found.generated)
    for (const [path, text] of found.texts) texts.set(path, text)
    phase.done(`${found.packages.length} packages`)
  }
  const launch = readLaunch(texts.get(LAUNCH) ?? '')
  return {
    service: launch?.service,
    target: launch?.target,
    start: launch && { launcher: launch.launcher, supervisor: launch.supervisor, arguments: '' },
    tarballs,
    packages,
    generated,
    users: readUsers(texts.get(PASSWD) ?? ''),
    groups: readGroups(texts.get(GROUP) ?? ''),
  }
}

/** Bytes that are counted and hashed as they pass. */
class Measured {
  readonly #bytes: AsyncIterable<Uint8Array>
  readonly #hash = createHash('sha256')
  #size = 0

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes
  }

  async *passing(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#bytes) {
      this.#hash.update(chunk)
      this.#size += chunk.length
      yield chunk
    }
  }

  /** When all have passed. */
  done(): Pick<InspectedTarball, 'size' | 'sha256'> {
    return { size: this.#size, sha256: this.#hash.digest('hex') }
  }
}

/** Looks at the first bytes: JSON begins with a brace or a blank, gzip with neither. */
async function peek({ from, bytes }: Opened): Promise<Opened & { isText: boolean }> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  const isText = !first.done && /^[\s{[]/.test(String.fromCharCode(first.value[0] ?? 0))
  return { from, isText, bytes: rest() }

  async function* rest() {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value
  }
}

async function readText({ from, bytes }: Opened): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > LONGEST_APP) {
      throw new MesosizeError(
        'PLACE_UNREADABLE',
        `${JSON.stringify(from)} is longer than ${formatBytes(LONGEST_APP)} and not compressed with gzip: neither a tarball nor an app definition.`,
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
