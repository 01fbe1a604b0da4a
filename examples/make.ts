/**
 * Makes the example's artifact cache, `artifacts/` and `keys/`, from the folders beside it: `npm run example:make`. The
 * harts are signed with keys that anyone can derive from the names of their origins, so the signatures prove nothing
 * outside the example.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeHart } from '../__tests__/testkit/hart.ts'
import { originKey, writePublicKey } from '../__tests__/testkit/origin-key.ts'
import type { PackageFile, PackageSpec } from '../__tests__/testkit/package-entries.ts'

const HERE = import.meta.dirname

/** Links for the committed stand-in, because images rely on these names; a real busybox lists its own. */
const APPLETS = (
  '[ ash awk basename bash cat chgrp chmod chown chroot cp cut date dirname du echo env false find grep head hostname ' +
  'httpd id kill ln ls mkdir mknod mktemp mount mv nc printf ps readlink rm rmdir sed setsid setuidgid sh sleep sort ' +
  'stat su tail tar tee test timeout touch tr true umount uname unshare wc wget which xargs'
).split(' ')

export interface ExampleOptions {
  artifactsDir: string
  keysDir: string
  /** A static busybox to use instead of the stand-in, so that the image can be started. */
  busybox?: string
}

/** Writes the harts and public keys of the example. */
export async function makeExample({ artifactsDir, keysDir, busybox }: ExampleOptions): Promise<void> {
  for (const spec of examplePackages(busybox)) {
    const key = originKey(spec.ident.split('/')[0]!)
    await writeHart(artifactsDir, { key, package: spec })
    await writePublicKey(keysDir, key)
  }
}

/** The contents of the example's packages; with a real busybox they are other builds, and so have other releases. */
export function examplePackages(busybox?: string): PackageSpec[] {
  const release = busybox ? '20240102000000' : '20240101000000'
  const standIn = (name: string) => `stand-in/${name}/0.1.0/${release}`
  const tools = standIn('busybox-static')
  const certificates = standIn('cacerts')
  return [
    {
      ident: tools,
      files: busybox ? realBusybox(busybox) : { ...readTree('stand-ins/busybox-static'), ...links(APPLETS) },
    },
    { ident: certificates, files: readTree('stand-ins/cacerts') },
    { ident: standIn('hab-launcher'), files: readTree('stand-ins/hab-launcher') },
    {
      ident: standIn('hab-sup'),
      files: readTree('stand-ins/hab-sup'),
      deps: [tools, certificates],
    },
    {
      ident: `example/hello/1.0.0/${release}`,
      files: {
        'default.toml': readFileSync(join(HERE, 'hello/default.toml')),
        ...readTree('hello/config', 'config/'),
        ...readTree('hello/hooks', 'hooks/'),
      },
      deps: [tools],
      exports: { http: 'server.port' },
      exposes: [8080],
      svcUser: 'hab',
      svcGroup: 'hab',
      metafiles: { RUNTIME_PATH: `/hab/pkgs/${tools}/bin\n` },
    },
  ]
}

function realBusybox(path: string): Record<string, PackageFile> {
  const { status, stdout } = spawnSync(path, ['--list'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${path} --list failed: it is not a busybox that can run here`)
  const applets = stdout.split('\n').filter(name => name !== '' && name !== 'busybox')
  return { 'bin/busybox': readFileSync(path), ...links(applets) }
}

function links(applets: readonly string[]): Record<string, PackageFile> {
  return Object.fromEntries(applets.map(name => [`bin/${name}`, { symlink: 'busybox' }]))
}

function readTree(dir: string, prefix = ''): Record<string, PackageFile> {
  const top = join(HERE, dir)
  return Object.fromEntries(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter(member => member.isFile())
      .map(member => join(member.parentPath, member.name))
      .map(path => [prefix + path.slice(top.length + 1).replaceAll('\\', '/'), readFileSync(path)]),
  )
}

if (import.meta.main) {
  const artifactsDir = join(HERE, 'artifacts')
  const keysDir = join(HERE, 'keys')
  await rm(artifactsDir, { recursive: true, force: true })
  await makeExample({ artifactsDir, keysDir })
}
