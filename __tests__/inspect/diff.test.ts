import { describe, expect, test } from 'vitest'
import type { ImageContents, InspectedFile, InspectedPackage } from '../../src/inspect/contents.ts'
import { compareImages } from '../../src/inspect/diff.ts'
import { diffJson, diffMarkdown, formatDiff } from '../../src/inspect/format-diff.ts'
import type { AppDefinition } from '../../src/marathon/app/validate.ts'

function file(path: string, size: number, about: Partial<InspectedFile> = {}): InspectedFile {
  return { path, type: 'file', size, mode: 0o644, sha256: `${size}`.repeat(64).slice(0, 64), ...about }
}

function pkg(ident: string, size: number, files: readonly InspectedFile[] = []): InspectedPackage {
  const [origin = '', name = '', version = '', release = ''] = ident.split('/')
  return {
    ...{ ident, origin, name, version, release, size, files, tarball: 0 },
    ...{ deps: [], tdeps: [], licenses: [], runnable: false, hooks: [], exports: [], exposes: [], binds: [] },
  }
}

function image(
  packages: readonly InspectedPackage[],
  { size = 1000, unpacked = 3000, generated = [] as readonly InspectedFile[] } = {},
): { contents: ImageContents } {
  const tarballs = [{ from: 'a.tgz', size, unpacked, sha256: '0'.repeat(64), entries: 1 }]
  const service = packages[0]?.ident
  return { contents: { service, tarballs, packages, generated, users: [], groups: [] } }
}

const app = (fields: object) => ({ id: '/web', cmd: 'x', ...fields }) as unknown as AppDefinition

const RUN = file('hooks/run', 10)
const OLD = image(
  [
    pkg('acme/web/1.0/20240101000000', 100, [RUN, file('bin/web', 90), file('gone', 1)]),
    pkg('core/glibc/2.35/20240101000000', 900),
    pkg('core/gone/1/20240101000000', 50),
    pkg('core/tampered/1/20240101000000', 20, [file('a', 20), file('mode', 1)]),
  ],
  { generated: [file('launch', 5)] },
)
const NOW = image(
  [
    pkg('acme/web/1.1/20240202000000', 1124, [RUN, file('bin/web', 95), file('new', 1029)]),
    pkg('core/glibc/2.35/20240101000000', 900),
    pkg('core/new/2/20240202000000', 2048),
    pkg('core/tampered/1/20240101000000', 20, [
      file('a', 20, { sha256: 'f'.repeat(64) }),
      file('mode', 1, { mode: 0o4755 }),
    ]),
  ],
  { size: 2024, generated: [file('launch', 6)] },
)

describe('two images', () => {
  test('differ by packages, and by files inside of them', () => {
    expect(compareImages(OLD, NOW)).toEqual({
      service: { old: 'acme/web/1.0/20240101000000', new: 'acme/web/1.1/20240202000000' },
      packed: { old: 1000, new: 2024 },
      unpacked: { old: 3000, new: 3000 },
      added: [{ ident: 'core/new/2/20240202000000', size: 2048 }],
      removed: [{ ident: 'core/gone/1/20240101000000', size: 50 }],
      changed: [
        {
          old: { ident: 'acme/web/1.0/20240101000000', size: 100 },
          new: { ident: 'acme/web/1.1/20240202000000', size: 1124 },
          files: [
            { path: 'bin/web', old: 90, new: 95 },
            { path: 'gone', old: 1, new: undefined },
            { path: 'new', old: undefined, new: 1029 },
          ],
        },
      ],
      altered: [
        {
          old: { ident: 'core/tampered/1/20240101000000', size: 20 },
          new: { ident: 'core/tampered/1/20240101000000', size: 20 },
          // Of the same size, but with another content, and other rights.
          files: [
            { path: 'a', old: 20, new: 20 },
            { path: 'mode', old: 1, new: 1 },
          ],
        },
      ],
      unchanged: 1,
      generated: [{ path: 'launch', old: 5, new: 6 }],
    })
  })

  test('of the same packages do not differ, in whatever order', () => {
    const turned = image(OLD.contents.packages.toReversed(), { generated: OLD.contents.generated })
    expect(compareImages(OLD, turned)).toMatchObject({
      ...{ added: [], removed: [], changed: [], altered: [], generated: [], unchanged: 4 },
    })
  })

  test('of which one has two versions of a package: the same ones are paired first', () => {
    const [one, two, three] = ['1', '2', '3'].map(version => pkg(`core/a/${version}/20240101000000`, 1))
    const diff = compareImages(image([one!, two!]), image([three!, two!, one!]))
    expect(diff).toMatchObject({ unchanged: 2, changed: [], removed: [], added: [{ ident: three!.ident }] })
    const other = compareImages(image([one!, two!]), image([two!, three!]))
    expect(other).toMatchObject({ unchanged: 1, added: [], removed: [] })
    expect(other.changed).toMatchObject([{ old: { ident: one!.ident }, new: { ident: three!.ident } }])
  })

  test('are compared with their apps only if both have one', () => {
    const [old, now] = [app({ cpus: 0.5 }), app({ cpus: 1, mem: 64 })]
    expect(compareImages({ ...OLD, app: old }, { ...NOW, app: now }).app).toEqual([
      { path: '/cpus', old: 0.5, new: 1 },
      { path: '/mem', new: 64 },
    ])
    expect(compareImages({ ...OLD, app: old }, NOW)).not.toHaveProperty('app')
    expect(compareImages(OLD, { ...NOW, app: now })).not.toHaveProperty('app')
  })

  test('have no secrets of their apps in the JSON', () => {
    const old = app({ env: { DB_PASSWORD: 'hunter2', GREETING: 'hi' } })
    const long = 'x'.repeat(200)
    const now = app({
      env: { DB_PASSWORD: 'swordfish', GREETING: long, CONFIG: '[db]\npassword = "hunter2"' },
      fetch: [
        { uri: 'https://me:hunter2@files.example/a.tgz?signature=hunter2', headers: ['//a:hunter2@b'] },
      ],
    })
    const diff = compareImages({ ...OLD, app: old }, { ...NOW, app: now })
    const json = diffJson(diff)
    expect(JSON.parse(json).app).toEqual([
      { path: '/env/DB_PASSWORD', old: '(hidden)', new: '(hidden)' },
      { path: '/env/GREETING', old: 'hi', new: long },
      { path: '/env/CONFIG', new: '(hidden)' },
      { path: '/fetch', new: [{ uri: 'https://...@files.example/a.tgz?...', headers: ['//...@b'] }] },
    ])
    expect(json).not.toMatch(/hunter2|swordfish/)
  })
})

describe('the differences', () => {
  const diff = compareImages({ ...OLD, app: app({ cpus: 0.5 }) }, { ...NOW, app: app({ cpus: 1 }) })

  test('as text', () => {
    expect(formatDiff(diff)).toEqual([
      'Size      1000 B → 2.0 KiB (+1.0 KiB)',
      'Unpacked  2.9 KiB',
      'Packages  1 changed, 1 added, 1 removed, 1 with the same ident and other files, 1 unchanged',
      '',
      'Package        old                 new                 unpacked',
      'core/tampered  1/20240101000000    1/20240101000000         0 B',
      'acme/web       1.0/20240101000000  1.1/20240202000000  +1.0 KiB',
      'core/new                           2/20240202000000    +2.0 KiB',
      'core/gone      1/20240101000000                           −50 B',
      '',
      'core/tampered/1/20240101000000: other files under the same ident. A build makes a new release each time, so one of the two was changed afterwards.',
      '',
      'Files of core/tampered/1/20240101000000',
      '  ~ a     20 B',
      '  ~ mode  1 B',
      '',
      'Files of acme/web/1.1/20240202000000',
      '  ~ bin/web  90 B → 95 B',
      '  - gone     1 B',
      '  + new      1.0 KiB',
      '',
      'Files outside packages',
      '  ~ launch  5 B → 6 B',
      '',
      'App definition',
      '  cpus: 0.5 → 1',
    ])
  })

  test('as Markdown, without files', () => {
    expect(diffMarkdown(diff)).toBe(
      [
        '1 changed, 1 added, 1 removed, 1 with the same ident and other files, 1 unchanged. The image has 1000 B → 2.0 KiB (+1.0 KiB), unpacked 2.9 KiB.',
        '',
        '| Package | Old | New | Unpacked |',
        '| --- | --- | --- | --- |',
        '| `core/tampered` | `1/20240101000000` | `1/20240101000000` | 0 B |',
        '| `acme/web` | `1.0/20240101000000` | `1.1/20240202000000` | +1.0 KiB |',
        '| `core/new` |  | `2/20240202000000` | +2.0 KiB |',
        '| `core/gone` | `1/20240101000000` |  | −50 B |',
        '',
        'core/tampered/1/20240101000000: other files under the same ident. A build makes a new release each time, so one of the two was changed afterwards.',
        '',
        'App definition:',
        '',
        '- `cpus: 0.5 → 1`',
      ].join('\n'),
    )
  })

  test('of the same image, and the same app', () => {
    const same = compareImages({ ...OLD, app: app({}) }, { ...OLD, app: app({}) })
    expect(formatDiff(same)).toEqual([
      'Size      1000 B',
      'Unpacked  2.9 KiB',
      'Packages  4 unchanged',
      '',
      'App definition',
      '  the same',
    ])
    expect(diffMarkdown(same)).toBe('4 unchanged. The image has 1000 B, unpacked 2.9 KiB.')
  })

  test('of a package with a great many files: ten', () => {
    const files = Array.from({ length: 30 }, (_, n) => file(`share/${n}`, n))
    const lines = formatDiff(
      compareImages(
        image([pkg('acme/web/1/20240101000000', 1)]),
        image([pkg('acme/web/2/20240101000000', 1, files)]),
      ),
    )
    expect(lines.filter(line => line.startsWith('  + '))).toHaveLength(10)
    expect(lines.at(-1)).toBe('  and 20 more')
  })

  test('with hostile names, which neither control a terminal nor leave their cells', () => {
    const evil = pkg('acme/a\u001b[2J`|b/1\n# x/20240101000000', 1)
    const hostile = compareImages(image([]), image([evil], { generated: [file('\u202egnp.exe', 1)] }))
    const text = formatDiff(hostile).join('\n')
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
    expect(text).toContain('\\x1b[2J')
    const markdown = diffMarkdown(hostile)
    expect(markdown).not.toMatch(/^# x/m)
    expect(markdown).toContain('\\|b')
  })
})
