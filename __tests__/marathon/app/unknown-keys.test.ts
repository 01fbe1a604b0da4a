import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/habitat/config/parse.ts'
import { defineApp } from '../../../src/marathon/app/app.ts'
import type { JsonObject } from '../../../src/marathon/app/request.ts'
import { warnOfUnknownFields } from '../../../src/marathon/app/unknown-fields.ts'
import { noteUnknownKeys } from '../../../src/marathon/app/unknown-keys.ts'
import { appRequest, image, listener, service } from './fixtures.ts'

describe('fields of a patch that Marathon does not have', () => {
  function listedIn(patch: JsonObject): string | undefined {
    const report = listener()
    warnOfUnknownFields(patch, report)
    expect(report.notes).toEqual([])
    expect(report.warnings.length).toBeLessThanOrEqual(1)
    return report.warnings[0]?.replace('Check the patch: Marathon ignores fields that it does not have: ', '')
  }

  test.each<[JsonObject, string]>([
    [{ instnces: 3 }, '"instnces" (did you mean instances?).'],
    [{ instnces: null }, '"instnces" (did you mean instances?).'],
    [{ xyzzy: 3, Cpus: 1 }, '"xyzzy", "Cpus" (did you mean cpus?).'],
    [{ healthChecks: [{}, { prtocol: 'TCP' }] }, '"healthChecks[1].prtocol" (did you mean protocol?).'],
    [{ portDefinitions: [{ prot: 0 }] }, '"portDefinitions[0].prot" (did you mean port?).'],
    [
      { container: { typ: 'MESOS', docker: { imge: 'x' } } },
      '"container.typ" (did you mean type?), "container.docker.imge" (did you mean image?).',
    ],
    [
      { container: { volumes: [{ containrPath: '/x' }] } },
      '"container.volumes[0].containrPath" (did you mean containerPath?).',
    ],
    [
      { upgradeStrategy: { minimumHealthCapcity: 1 } },
      '"upgradeStrategy.minimumHealthCapcity" (did you mean minimumHealthCapacity?).',
    ],
    [{ secrets: { a: { sourc: 'x' } } }, '"secrets.a.sourc" (did you mean source?).'],
    [{ '\x1b[2J': 1 }, '"[\\"\\\\u001b[2J\\"]".'],
    [JSON.parse('{"__proto__": 1, "constructor": 2}'), '"__proto__", "constructor".'],
    [
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`xyzzy${index}`, 1])),
      `${Array.from({ length: 10 }, (_, index) => `"xyzzy${index}"`).join(', ')}, 2 more.`,
    ],
  ])('%j', (patch, expected) => {
    expect(listedIn(patch)).toBe(expected)
  })

  test.each<[JsonObject]>([
    [{}],
    [
      {
        labels: { anything: 'x' },
        env: { ANY: 'x', SECRET: { secret: 'a' } },
        secrets: { a: { source: 'b' } },
      },
    ],
    [{ acceptedResourceRoles: ['*'], constraints: [['hostname', 'UNIQUE']], networks: [{ mode: 'host' }] }],
    [
      {
        container: { type: 'MESOS', volumes: [{ containerPath: 'd', persistent: { size: 1 }, mode: 'RW' }] },
      },
    ],
    [{ container: { docker: { parameters: [{ key: 'a', value: 'b' }] } } }],
    // What is wrong with these is reported elsewhere.
    [{ healthChecks: 'x', container: null, env: [1] }],
  ])('%j has none', patch => {
    expect(listedIn(patch)).toBeUndefined()
  })
})

describe('keys of a configuration that default.toml does not have', () => {
  const web = service({
    defaultConfig: 'greeting = "hi"\n[server]\nport = 8080\n[server.tls]\non = false\n[users]\n',
  })

  test.each([
    ['gretting = "x"', '"gretting" (did you mean greeting?).'],
    ['[server]\nprot = 1', '"server.prot" (did you mean port?).'],
    ['[server.tls]\nof = true', '"server.tls.of" (did you mean on?).'],
    ['[servers]\nport = 1\nx = 2', '"servers" (did you mean server?).'],
    ['xyzzy = 1\n[xyzzzy]\na = 1', '"xyzzy", "xyzzzy".'],
  ])('%j', (toml, expected) => {
    const report = listener()
    noteUnknownKeys(web, { config: parseConfig(toml, 'x') }, report)
    expect(report.notes).toEqual([
      `The configuration has keys that default.toml of acme/my-web/1.0.0/20240102030405 does not have, and that may have no effect: ${expected}`,
    ])
  })

  test.each([
    ['what it has', 'greeting = "x"\n[server]\nport = 1', web],
    ['what users choose', '[users]\nann = 1\n[users.bob]\na = 1', web],
    ['another type', 'server = 1\ngreeting = { a = 1 }', web],
    ['a package without default.toml', 'a = 1', service({ defaultConfig: '' })],
  ])('%s is not noted', (_, toml, metadata) => {
    const report = listener()
    noteUnknownKeys(metadata, { config: parseConfig(toml, 'x') }, report)
    expect(report.notes).toEqual([])
  })
})

test('keys of secrets count as well', () => {
  const report = listener()
  const configSecrets = { 'server.paswd': 'web/db', greeting: 'web/greeting' }
  noteUnknownKeys(
    service({ defaultConfig: 'greeting = ""\n[server]\npasswd = ""' }),
    { configSecrets },
    report,
  )
  expect(report.notes).toEqual([expect.stringMatching(/: "server\.paswd" \(did you mean passwd\?\)\.$/)])
})

test('an export reports both', () => {
  const report = listener()
  const request = appRequest({ config: { b: 1n }, patch: { instnces: 2 } })
  defineApp(service({ defaultConfig: 'a = 1' }), image, request, report)
  expect(report.notes.join('\n')).toContain('"b"')
  expect(report.warnings.join('\n')).toContain('"instnces"')
})
