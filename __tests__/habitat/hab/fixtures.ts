import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Hab } from '../../../src/habitat/hab/command.ts'
import type { Run } from '../../../src/habitat/hab/run.ts'
import { makeWorkspace } from '../../../src/habitat/hab/workspace.ts'
import { parseFullIdent } from '../../../src/habitat/package/ident.ts'
import type { Finished } from '../../e2e/run-cli.ts'
import { type BuilderServer, startBuilder } from '../../testkit/builder-server.ts'
import { standInScript } from '../../testkit/hab-stand-in.ts'
import { makeHart } from '../../testkit/hart.ts'
import { originKey } from '../../testkit/origin-key.ts'
import type { PackageSpec } from '../../testkit/package-entries.ts'

export const TARGET = process.arch === 'arm64' ? 'aarch64-linux' : 'x86_64-linux'

/** Runs a program, as somebody else where a user is given. */
export function running(uid?: number): Run {
  return async ({ program, args, env, cwd }, onOutput) => {
    const child = spawn(program, args, { env: { ...env }, cwd, uid, gid: uid, stdio: 'pipe' })
    child.stdout.on('data', onOutput)
    child.stderr.on('data', onOutput)
    const [status] = await once(child, 'close')
    return status
  }
}

/** A folder that is gone after the test. */
export async function temporaryFolder(finished: Finished = onTestFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hab-test-'))
  finished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface TestHab extends Hab {
  /** The folder that everything is in. */
  folder: string
  /** Where the stand-in records its calls. */
  record: string
}

/** The stand-in, as a release of hab that is installed. */
export async function standInHab(more: Partial<Hab> = {}, finished?: Finished): Promise<TestHab> {
  const folder = await temporaryFolder(finished)
  const record = join(folder, 'calls')
  const temporary = join(folder, 'runner temp')
  await mkdir(temporary)
  const path = join(folder, 'hab')
  await writeFile(path, standInScript({ version: '2.0.500', record }))
  await chmod(path, 0o755)
  const own = (name: string) => parseFullIdent(`chef/${name}/2.0.500/20250102030405`)
  return {
    folder,
    record,
    release: {
      version: '2.0.500',
      target: TARGET,
      path,
      packages: { hab: own('hab'), supervisor: own('hab-sup'), launcher: own('hab-launcher') },
    },
    workspace: await makeWorkspace(temporary),
    run: running(),
    env: { PATH: process.env.PATH },
    license: 'accept-no-persist',
    ...more,
  }
}

/** Adds packages, really packed and signed by their origins, to a Builder. */
export async function serve(builder: BuilderServer, channel: string, specs: readonly PackageSpec[]) {
  for (const spec of specs) {
    const key = originKey(spec.ident.split('/')[0]!)
    builder.add({
      ident: spec.ident,
      target: TARGET,
      hart: await makeHart({ key, package: { ...spec, target: TARGET } }),
      channels: [channel],
      tdeps: [...(spec.tdeps ?? spec.deps ?? [])],
    })
  }
}

export const GLIBC = 'core/glibc/2.35/20240105171810'
export const BUSYBOX = 'core/busybox-static/1.34.1/20240105215028'
export const CACERTS = 'core/cacerts/2021.10.26/20240105190242'
export const REDIS = 'core/redis/7.2.4/20240106020304'

export const SERVED: readonly PackageSpec[] = [
  { ident: GLIBC, files: { 'lib/libc.so.6': 'libc' } },
  { ident: BUSYBOX, files: { 'bin/busybox': 'busybox', 'bin/sh': { symlink: 'busybox' } } },
  { ident: CACERTS, files: { 'ssl/cert.pem': 'certificates' } },
  {
    ident: REDIS,
    files: {
      'bin/redis-server': { content: 'redis', mode: 0o555 },
      'hooks/run': 'exec redis-server',
      'hooks/install': 'exit 1',
      lib: { directory: true, mode: 0o555 },
      'lib/module.so': { content: 'module', mode: 0o444 },
      'default.toml': 'port = 6379\n',
    },
    deps: [GLIBC],
    exports: { port: 'port' },
    exposes: [6379],
  },
]

export const OWN: readonly PackageSpec[] = [
  { ident: 'chef/hab-launcher/2.0.500/20250102030405', files: { 'bin/hab-launch': 'launcher' } },
  {
    ident: 'chef/hab-sup/2.0.500/20250102030405',
    files: { 'bin/hab-sup': 'supervisor' },
    deps: [BUSYBOX],
  },
]

/** What `hab pkg build` installs before it looks at the plan. */
export const STUDIO: PackageSpec = {
  ident: 'chef/hab-studio/2.0.500/20250102030405',
  files: { 'bin/hab-studio': 'studio' },
}

/**
 * A Builder with the public keys of the origins `core`, `chef` and `acme`.
 * @param finished says when it may close
 */
export async function testBuilder(
  token?: string,
  finished: (close: () => Promise<void>) => void = onTestFinished,
): Promise<BuilderServer> {
  const keys = ['core', 'chef', 'acme'].map(origin => originKey(origin))
  const builder = await startBuilder({
    token,
    keys: Object.fromEntries(keys.map(key => [key.name, key.publicKeyText])),
  })
  finished(() => builder.close())
  return builder
}
