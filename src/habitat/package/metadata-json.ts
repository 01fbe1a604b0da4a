import { MesosizeError } from '../../lib/errors.ts'
import { type FullIdent, formatIdent, parseFullIdent } from './ident.ts'
import { ACCOUNT_NAME, BIND_NAME, BOUND_EXPORT } from './metadata.ts'
import type { PackageBind, PackageMetadata, SpecialMember } from './package.ts'
import { checkTarget } from './target.ts'

type Json = Readonly<Record<string, unknown>>

/** Metadata as plain JSON, to be kept. */
export function metadataToJson({ ident, deps, tdeps, exports, ...rest }: PackageMetadata): Json {
  return {
    ...rest,
    ident: formatIdent(ident),
    deps: deps.map(formatIdent),
    tdeps: tdeps.map(formatIdent),
    exports: [...exports],
  }
}

/**
 * What `metadataToJson` made, each field checked as strictly as when it was read from a package: since then it
 * lay in a file.
 * @throws MesosizeError METADATA_INVALID, naming the field, or what is thrown of idents and targets
 */
export function metadataFromJson(value: unknown): PackageMetadata {
  const json = object('metadata', value)
  return {
    ident: ident('ident', json.ident),
    target: checkTarget(text('target', json.target), 'the kept metadata'),
    deps: list('deps', json.deps, ident),
    tdeps: list('tdeps', json.tdeps, ident),
    exports: new Map(list('exports', json.exports, pair)),
    exposes: list('exposes', json.exposes, (field, port) => integer(field, port, 65535)),
    binds: list('binds', json.binds, bind),
    svcUser: optional('svcUser', json.svcUser, account),
    svcGroup: optional('svcGroup', json.svcGroup, account),
    shutdownTimeout: optional('shutdownTimeout', json.shutdownTimeout, integer),
    defaultConfig: text('defaultConfig', json.defaultConfig),
    runnable: flag('runnable', json.runnable),
    binaries: list('binaries', json.binaries, path),
    special: list('special', json.special, special),
    size: integer('size', json.size),
  }
}

type Read<T> = (field: string, value: unknown) => T

function list<T>(field: string, value: unknown, read: Read<T>): T[] {
  if (!Array.isArray(value)) throw invalid(field, value)
  return value.map(each => read(field, each))
}

function optional<T>(field: string, value: unknown, read: Read<T>): T | undefined {
  return value === undefined ? undefined : read(field, value)
}

function object(field: string, value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field, value)
  return value as Json
}

function text(field: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(field, value)
  return value
}

function flag(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalid(field, value)
  return value
}

function integer(field: string, value: unknown, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > most)
    throw invalid(field, value)
  return value as number
}

function ident(field: string, value: unknown): FullIdent {
  return parseFullIdent(text(field, value))
}

function account(field: string, value: unknown): string {
  if (!ACCOUNT_NAME.test(text(field, value))) throw invalid(field, value)
  return value as string
}

function pair(field: string, value: unknown): [string, string] {
  const [name, path, ...rest] = list(field, value, text)
  if (!name || !path || rest.length > 0) throw invalid(field, value)
  return [name, path]
}

function bind(field: string, value: unknown): PackageBind {
  const { name, exports, optional } = object(field, value)
  const wanted = list(field, exports, text)
  if (!BIND_NAME.test(text(field, name)) || !wanted.every(each => BOUND_EXPORT.test(each)))
    throw invalid(field, value)
  return { name: name as string, exports: wanted, optional: flag(field, optional) }
}

/** A path inside the package; empty is the package's own directory. */
function path(field: string, value: unknown): string {
  const plain = text(field, value)
  if (plain !== '' && plain.split('/').some(part => ['', '.', '..'].includes(part) || part.includes('\0'))) {
    throw invalid(field, value)
  }
  return plain
}

function special(field: string, value: unknown): SpecialMember {
  const member = object(field, value)
  return {
    path: path(field, member.path),
    mode: integer(field, member.mode, 0o7777),
    uid: integer(field, member.uid),
    gid: integer(field, member.gid),
  }
}

function invalid(field: string, value: unknown): MesosizeError {
  const shown = JSON.stringify(value)?.slice(0, 100)
  return new MesosizeError('METADATA_INVALID', `The kept metadata has ${shown} as its ${field}.`)
}
