import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exportSummary, type Results } from '../../../src/actions/export/summary.ts'
import type { Exported } from '../../../src/export/exported.ts'
import { missingPrograms } from '../../testkit/machine.ts'
import { startMarathon } from '../../testkit/marathon-server.ts'
import { exported, layer, tarball } from './exported.ts'

function summary(about: Partial<Exported> = {}, results: Results = {}): string {
  return exportSummary(exported(about), [{ title: 'Export', duration: 65_000 }], results)
}

/** What is in a fenced block. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^(\`{3,})${language}\\n([\\s\\S]*?)\\n\\1$`, 'gm'))].map(
    ([, , content]) => content!,
  )
}

/** The slices of the diagram: a name and a number each. */
function slices(text: string): [string, number][] {
  const [pie = ''] = blocks(text, 'mermaid')
  const [first, ...lines] = pie.split('\n')
  expect(first).toBe('pie showData')
  return lines.map(line => {
    const [, name, number] = /^ {2}"([^"]+)" : (\d+)$/.exec(line)!
    return [name!, Number(number)]
  })
}

/** Rows of Markdown tables have as many cells as their heads. */
function brokenTables(text: string): string[] {
  const rows = text.split('\n').filter(line => line.startsWith('|'))
  let columns = 0
  return rows.filter((row, index) => {
    const cells = row.split(/(?<!\\)\|/).length
    if (/^\| (---|-)/.test(rows[index + 1] ?? '')) columns = cells
    return cells !== columns
  })
}

describe('the job summary', () => {
  test('tells what was exported', () => {
    const text = summary()
    expect(text).toMatch(/^## acme\/web 1\.0\.0\n/)
    for (const cell of [
      '`acme/web/1.0.0/20240101000000`',
      '[acme-web-1.0.0-20240101000000.tgz](<https://github.com/acme/shop/releases/tag/v1>)',
      '`https://files.example/acme-web-1.0.0-20240101000000.tgz`',
      '2.9 MiB, 5.7 MiB unpacked',
      `\`${'ab'.repeat(32)}\``,
      '`/acme/web`',
      '1 min 05 s',
    ]) {
      expect(text).toContain(`| ${cell} |`)
    }
    expect(brokenTables(text)).toEqual([])
  })

  test('names the SBOM, and has what changed, where there are any', () => {
    expect(summary()).not.toMatch(/SBOM|### Changes/)
    expect(summary({ sbomPath: '/srv/a|b.json' })).toContain('| SBOM | `/srv/a\\|b.json`, CycloneDX 1.6 |')
    const text = exportSummary(exported(), [], { changes: 'Compared with v1' })
    expect(text).toContain('\n\n### Changes\n\nCompared with v1\n\n')
  })

  test('has the ports with the variables that Marathon sets', () => {
    const text = summary()
    expect(text).toContain('| `http` | tcp | `PORT_HTTP` |\n| `gossip` | udp,tcp | `PORT_GOSSIP` |')
    const nameless = { id: '/x', portDefinitions: [{ port: 0 }] } as unknown as Exported['app']
    expect(summary({ app: nameless })).toContain('| `0` | tcp | `PORT0` |')
    expect(summary({ app: { id: '/x' } as unknown as Exported['app'] })).not.toContain('### Ports')
  })

  test('has the app definition as it is in the file, folded', () => {
    const text = summary()
    expect(blocks(text, 'json').map(json => JSON.parse(json))).toEqual([JSON.parse(exported().appText)])
    expect(text).toMatch(/<details><summary>App definition<\/summary>\n\n```json/)
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)!.length)
  })

  test.skipIf(missingPrograms('curl'))(
    'has a command that leaves the app as its definition says',
    async () => {
      const server = await startMarathon({ pace: 0 })
      onTestFinished(() => server.close())
      const folder = await mkdtemp(join(tmpdir(), "mesosize it's "))
      onTestFinished(() => rm(folder, { recursive: true }))
      const deploy = async (app: object) => {
        const appPath = join(folder, 'app.json')
        await writeFile(appPath, JSON.stringify(app))
        const [command = ''] = blocks(summary({ app: app as Exported['app'] }), 'sh')
        const env = { ...process.env, MARATHON_URL: server.url, no_proxy: '*' }
        await promisify(execFile)('sh', ['-c', command], { env, cwd: folder })
        server.tick(3)
        return server.cluster.app('/acme/web')!.definition
      }
      const app = { id: '/acme/web', cmd: 'exec sh ./launch', healthChecks: [{ protocol: 'MESOS_HTTP' }] }
      const first = await deploy({ ...app, constraints: [['hostname', 'UNIQUE']], env: { OLD: '1' } })
      expect(first).toMatchObject({ constraints: [['hostname', 'UNIQUE']], env: { OLD: '1' } })
      // Once it says nothing of these, they are gone.
      const second = await deploy({ id: '/acme/web', cmd: 'exec sh ./launch', env: {} })
      expect(second).toMatchObject({ constraints: [], healthChecks: [], env: {} })
    },
  )

  test('is not ended by backticks in what it shows', () => {
    const appText = '{\n"cmd": "x\n```\n</details>\n````"\n}\n'
    const [shown] = blocks(summary({ appText }), 'json')
    expect(`${shown}\n`).toBe(appText)
    const app = { id: '/a`b|c' } as unknown as Exported['app']
    expect(summary({ app })).toContain('| ``/a`b\\|c`` |')
    expect(brokenTables(summary({ app }))).toEqual([])
  })

  test('has no link if there is no web page', () => {
    const text = summary({ tarballs: [tarball({ location: { uri: 'file:///srv/results/x.tgz' } })] })
    expect(text).toContain('| Tarball | `acme-web-1.0.0-20240101000000.tgz` |')
  })

  test('lists layers, and the proportion of new ones', () => {
    const packages = ['a', 'b', 'c', 'd', 'e'].map(name => `acme/${name}/1.0.0/20240101000000`)
    const page = 'https://github.com/acme/shop/releases/tag/mesosize-layers'
    const text = summary({
      tarballs: [
        layer('a', { packages, size: 1024, location: { uri: 'https://f.example/a', page } }),
        layer('b', { packages: ['core/glibc/2.35/20240101000000'], size: 3 * 1024 }),
      ],
    })
    expect(text).toContain(`| Layers | 2, <${page}> |`)
    expect(text).toContain('| Size | 4.0 KiB, 5.7 MiB unpacked |')
    expect(text).toContain('1 of 2 layers are new: 1.0 KiB of 4.0 KiB had to be uploaded')
    expect(text).toMatch(
      /\| root filesystem, `acme\/a\/\S+`, `acme\/b\/\S+`, `acme\/c\/\S+`, 2 more \| 1\.0 KiB \| \*\*new\*\* \| `https:\/\/f\.example\/a` \|/,
    )
    expect(text).toContain(
      `| \`core/glibc/2.35/20240101000000\` | 3.0 KiB | kept | \`https://files.example/layers/sha256-${'b'.repeat(64)}.tgz\` |`,
    )
    expect(text).not.toContain('SHA-256')
    expect(brokenTables(text)).toEqual([])
  })

  test('says how to deploy where the files of the runner are gone', () => {
    const text = summary({ appPath: '/srv/runner/results/app.json' })
    expect(text).not.toContain('/srv/runner')
    expect(blocks(text, 'sh')).toEqual([
      `curl -X PUT "$MARATHON_URL/v2/apps/acme/web?partialUpdate=false" -H 'Content-Type: application/json' -d @app.json`,
    ])
    expect(blocks(text, 'yaml')).toHaveLength(1)
  })

  test('says how to deploy only with a later step what it does not show', () => {
    const text = summary({ appText: 'x'.repeat(600_000) })
    expect(blocks(text, 'yaml')).toHaveLength(1)
    expect(blocks(text, 'sh')).toEqual([])
  })

  test('says what is missing before an app can be deployed whose image no agent can fetch', () => {
    const fetch = [{ uri: 'file:///srv/runner/results/x.tgz' }]
    const text = summary({ app: { id: '/acme/web', fetch } as unknown as Exported['app'] })
    expect(text).toContain('- fetch[0].uri: "file:///srv/runner/results/x.tgz" is a file on the agent itself')
    expect([...blocks(text, 'yaml'), ...blocks(text, 'sh')]).toEqual([])
  })

  test('draws the ten largest packages and the rest, as much as the tarball has of them', () => {
    const packages = Array.from({ length: 14 }, (_, index) => ({
      ident: `core/p${index}/1.0/20240101000000`,
      size: 1,
      packed: (index + 1) * 10,
    }))
    const drawn = slices(summary({ packages }))
    expect(drawn).toHaveLength(11)
    expect(drawn.slice(0, 2)).toEqual([
      ['core/p13', 140],
      ['core/p12', 130],
    ])
    expect(drawn.at(-1)).toEqual(['4 more', 10 + 20 + 30 + 40])
    expect(slices(summary())).toEqual([
      ['core/glibc', 2_000_000],
      ['acme/web', 1_000_000],
    ])
  })

  test('draws two builds of one package as two slices', () => {
    const packages = ['2.35', '2.36'].map((version, index) => ({
      ident: `core/glibc/${version}/20240101000000`,
      size: 1,
      packed: index + 1,
    }))
    expect(slices(summary({ packages })).map(([name]) => name)).toEqual([
      'core/glibc/2.36/20240101000000',
      'core/glibc/2.35/20240101000000',
    ])
  })

  test('stays within what the runner takes, which is 1 MiB', () => {
    const packages = Array.from({ length: 1000 }, (_, index) => ({
      ident: `core/a-rather-long-name-${index}/1.0.0/20240101000000`,
      size: 1e9,
      packed: 1e9,
    }))
    const appText = JSON.stringify({ id: '/x', labels: { long: 'ü'.repeat(2 ** 20) } })
    const text = summary({ packages, appText })
    expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20)
    // As many as there are at most.
    const layers = Array.from({ length: 150 }, () =>
      layer('a', { packages: packages.slice(0, 10).map(({ ident }) => ident) }),
    )
    expect(Buffer.byteLength(summary({ packages, appText, tarballs: layers }))).toBeLessThan(2 ** 20)
    expect(text).toContain('`app-path`')
    const changes = 'ü'.repeat(2 ** 20)
    const withChanges = summary({ packages, appText, tarballs: layers }, { changes })
    expect(Buffer.byteLength(withChanges)).toBeLessThan(2 ** 20)
    expect(withChanges).toContain('`changes`')
    expect(summary({}, { changes: 'One package changed.' })).toContain('### Changes\n\nOne package changed.')
  })
})
