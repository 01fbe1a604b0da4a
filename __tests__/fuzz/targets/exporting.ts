import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { configVariable } from '../../../src/habitat/config/config.ts'
import { readMetadata } from '../../../src/habitat/package/metadata.ts'
import { metadataFromJson, metadataToJson } from '../../../src/habitat/package/metadata-json.ts'
import { silent } from '../../../src/lib/report.ts'
import { appJson, checkApp, defineApp } from '../../../src/marathon/app/app.ts'
import { checkBinds } from '../../../src/marathon/app/binds.ts'
import { layOut } from '../../../src/rootfs/layout.ts'
import { appRequest, image } from '../../marathon/app/fixtures.ts'
import { collect, makeClosure, makePackage } from '../../rootfs/handmade.ts'

export const IDENT = 'acme/my-web/1.0/20240102030405'

/** The texts of a package's metafiles, by name. */
export type Texts = Readonly<Record<string, string>>

/** A service with every metafile. */
export const SERVICE: Texts = {
  IDENT: `${IDENT}\n`,
  TARGET: 'x86_64-linux\n',
  DEPS: 'core/glibc/2.35/20240101000000\n',
  TDEPS: 'core/glibc/2.35/20240101000000\ncore/linux-headers/5.19/20240101000000\n',
  EXPORTS: 'http=server.port\nadmin=admin.listen\nname=server.name\n',
  EXPOSES: '8080 8081\n',
  BINDS: 'database=port host\n',
  BINDS_OPTIONAL: 'cache=port\n',
  PATH: `/hab/pkgs/${IDENT}/bin:/hab/pkgs/${IDENT}/sbin\n`,
  SVC_USER: 'hab\n',
  SVC_GROUP: 'hab\n',
  SHUTDOWN_TIMEOUT: '20\n',
  PACKAGE_TYPE: 'standard\n',
  'default.toml': `title = "x"
[server]
port = 8080
name = "web"
[admin]
listen = "127.0.0.1:8081"
hosts = ["a", "b"]
since = 1979-05-27T07:32:00Z
ratio = 0.5
`,
}

/**
 * Exports a package without packing it: reads its metafiles, and makes the files in `/etc` and the app definition.
 * @param override value of the package's variable
 */
export async function exportTexts(texts: Texts, override: string | undefined): Promise<void> {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text, mode: 0o644 }))
  const members = [...files, { path: 'bin/web', text: 'x' }, { path: 'hooks/run', text: '#!/bin/sh\n' }]
  const metadata = await readMetadata(makePackage(IDENT, { members }).entries(), '/x.hart')
  // The package cache gives back the same metadata.
  const kept = metadataFromJson(JSON.parse(JSON.stringify(metadataToJson(metadata))))
  assert(isDeepStrictEqual(plain(kept), plain(metadata)), 'the kept metadata differs')

  const { ident: _, ...service } = metadata
  const [generated] = layOut(makeClosure({ service }))
  for (const entry of await collect(generated!.entries())) {
    if (entry.type !== 'file' || !/etc\/(passwd|group)$/.test(entry.path)) continue
    const text = Buffer.concat(await collect(entry.content)).toString()
    const fields = entry.path.endsWith('passwd') ? 7 : 4
    for (const line of text.trimEnd().split('\n')) assert.equal(line.split(':').length, fields, line)
  }

  const variable = configVariable(metadata.ident.name)
  const env = override === undefined ? {} : { [variable]: override }
  const request = appRequest({ env, binds: ['database:postgresql.default'] })
  checkBinds(metadata, request, silent)
  checkApp(metadata, [{ isLayer: false }], request)
  const app = defineApp(metadata, image, request, silent)
  assert.deepEqual(JSON.parse(appJson(app)), app)
  const { [variable]: configuration } = app.env as Record<string, string>
  if (configuration !== undefined) assert.equal(typeof JSON.parse(configuration), 'object')
}

/** Without fields that are undefined. */
function plain(metadata: object): unknown {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
}
