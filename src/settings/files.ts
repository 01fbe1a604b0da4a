import type { Stats } from 'node:fs'
import { join } from 'node:path'
import type { TomlTable } from 'smol-toml'
import { builtin } from '../lib/builtin.ts'
import { messageOf } from '../lib/errors.ts'
import { isObject } from '../lib/is-object.ts'
import { parseJson } from '../lib/parse-json.ts'
import { visible } from '../lib/visible.ts'
import type { JsonObject } from '../marathon/app/request.ts'
import { invalid, quoted } from './readers.ts'
import type { ReadContext } from './setting.ts'

/** The status of what a path leads to; undefined if there is nothing. */
export async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await builtin.fs.promises.stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw invalid(`${quoted(path)} cannot be accessed: ${messageOf(error)}. Check its permissions.`)
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** An existing folder. */
export async function readFolder(path: string): Promise<string> {
  const status = await statusOf(path)
  if (!status?.isDirectory()) {
    throw invalid(
      `${quoted(path)} ${status ? 'is not a folder' : 'does not exist'}. Name an existing folder.`,
    )
  }
  return path
}

/** A file, or the URL of one, which is not tried here. */
export async function readPlace(text: string): Promise<string> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(text)) return text
  const status = await statusOf(text)
  if (!status || status.isDirectory()) {
    throw invalid(`${quoted(text)} ${status ? 'is a folder' : 'does not exist'}. Name an existing file.`)
  }
  return text
}

/** A folder in which hab has installed packages. */
export async function readInstalledRoot(path: string): Promise<string> {
  await readFolder(path)
  if (!(await statusOf(join(path, 'hab/pkgs')))?.isDirectory()) {
    throw invalid(
      `${quoted(path)} holds no hab/pkgs. Name the folder that was FS_ROOT when hab installed the packages.`,
    )
  }
  return path
}

/** A folder that exists or can be created. */
export async function readNewFolder(path: string): Promise<string> {
  const status = await statusOf(path)
  if (status && !status.isDirectory()) {
    throw invalid(`${quoted(path)} is not a folder. Name another, or move that file away.`)
  }
  return path
}

/** A file that is created or replaced. */
export async function readNewFile(path: string): Promise<string> {
  if (/[/\\]$/.test(path) || (await statusOf(path))?.isDirectory()) {
    throw invalid(`${quoted(path)} is a folder. Name a file, such as ${quoted(join(path, 'sbom.cdx.json'))}.`)
  }
  return path
}

/** A folder of origin keys. hab makes the folder of HAB_CACHE_KEY_PATH when it first needs it. */
export function readKeyFolder(path: string, { written }: ReadContext): Promise<string> {
  return written ? readFolder(path) : readNewFolder(path)
}

/** The secret itself, or the one in a file. Text that is neither may still be a secret, so it is not shown. */
export async function readSecret(text: string): Promise<string> {
  // A bare private key is reported where the secret is read.
  if (/^\s*(\{|-----BEGIN )/.test(text)) return text
  if ((await statusOf(text))?.isFile()) return readFileText(text)
  throw invalid(
    'it is neither the JSON of a secret nor the path of a file. Give the JSON that "dcos security secrets create-sa-secret" stores, or its file.',
  )
}

/** The package's own configuration. */
export async function readConfig(path: string): Promise<TomlTable> {
  const text = await readFileText(path)
  // Loaded only where it is needed: --help and --version should be quick.
  const { parseConfig } = await import('../habitat/config/parse.ts')
  return parseConfig(text, quoted(path))
}

/** A JSON merge patch for an app definition, so it must be an object. */
export async function readPatch(path: string): Promise<JsonObject> {
  const text = await readFileText(path)
  let patch: unknown
  try {
    patch = parseJson(text)
  } catch (error) {
    throw invalid(`${quoted(path)} is not valid JSON: ${visible(messageOf(error))}. Fix the file.`)
  }
  if (!isObject(patch)) {
    throw invalid(`${quoted(path)} must hold a JSON object, such as {"acceptedResourceRoles": ["*"]}.`)
  }
  return patch as JsonObject
}

/** In MiB, far more than any file that is read as a whole has. A link in a checkout may lead to a file without end. */
const LARGEST_TEXT = 16

/** A text file in UTF-8. */
export async function readFileText(path: string): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of builtin.fs.createReadStream(path)) {
      pieces.push(piece)
      size += piece.length
      if (size > LARGEST_TEXT << 20) throw new Error(`it is larger than ${LARGEST_TEXT} MiB`)
    }
  } catch (error) {
    throw invalid(
      isMissing(error)
        ? `${quoted(path)} does not exist. Name an existing file.`
        : `${quoted(path)} cannot be read: ${messageOf(error)}. Check it, or name another file.`,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch {
    throw invalid(`${quoted(path)} is not UTF-8 text. Save it as UTF-8.`)
  }
}
