import { afterEach, describe, expect, test } from 'vitest'
import type { PackageMetadata } from '../../../src/habitat/package/package.ts'
import { wordSettings } from '../../../src/lib/setting.ts'
import { checkBinds } from '../../../src/marathon/app/binds.ts'
import type { AppRequest, JsonObject } from '../../../src/marathon/app/request.ts'
import { EXPORT } from '../../../src/settings/tables.ts'
import { inputWording } from '../../../src/settings/wording.ts'
import { appRequest, listener, service } from './fixtures.ts'

const proxy = service({
  ident: { origin: 'acme', name: 'proxy', version: '1.0.0', release: '20240101000000' },
  binds: [
    { name: 'backend', exports: ['port'], optional: false },
    { name: 'cache', exports: ['port', 'host'], optional: true },
    { name: 'database', exports: [], optional: false },
    { name: 'logs', exports: [], optional: true },
  ],
})
const HEAD = 'The Supervisor would refuse to start acme/proxy/1.0.0/20240101000000 with these binds:'
const GIVEN = ['backend:haproxy.default', 'database:pg.prod']

function check(request: Partial<AppRequest>, metadata: PackageMetadata = proxy) {
  const report = listener()
  checkBinds(metadata, appRequest(request), report)
  return report
}

/** The lines of what is thrown. */
function refusal(request: Partial<AppRequest>, metadata?: PackageMetadata): string[] {
  try {
    check(request, metadata)
  } catch (error) {
    expect(error).toMatchObject({ code: 'BINDS_INVALID' })
    return (error as Error).message.split('\n')
  }
  throw new Error('nothing was thrown')
}

describe('binds that the Supervisor would refuse', () => {
  test('are a required one that is not given', () => {
    expect(refusal({ binds: ['database:pg.prod'] })).toEqual([
      HEAD,
      '  The required bind "backend" is not given. Name a service group that exports "port": --bind backend:SERVICE.GROUP.',
    ])
  })

  test('are all reported at once', () => {
    expect(refusal({ binds: ['backed:haproxy.default', 'nothing:x.y', 'cache:redis.a'] })).toEqual([
      HEAD,
      '  The required bind "database" is not given. Name a service group: --bind database:SERVICE.GROUP.',
      '  --bind backed:haproxy.default: the package has no bind "backed". Did you mean "backend" (required, needs "port")? Write --bind backend:haproxy.default.',
      '  --bind nothing:x.y: the package has no bind "nothing". Its binds are "backend" (required, needs "port"), "cache" (optional, needs "port" and "host"), "database" (required, needs no exports), "logs" (optional, needs no exports). Give one of those, or leave this one out.',
    ])
  })

  test('are a misspelt one, for which no bind that is given is suggested', () => {
    expect(refusal({ binds: [...GIVEN, 'backends:haproxy.default'] })[1]).not.toContain('Did you mean')
    expect(refusal({ binds: [...GIVEN, 'log:loki.default'] })[1]).toContain('Write --bind logs:loki.default.')
  })

  test('are any for a package without binds', () => {
    expect(refusal({ binds: ['database:pg.prod'] }, { ...proxy, binds: [] })).toEqual([
      HEAD,
      '  --bind database:pg.prod: the package has no binds. Leave it out.',
    ])
  })

  describe('in a workflow', () => {
    afterEach(() => wordSettings((name, value) => (value ? `--${name} ${value}` : `--${name}`)))

    test('are worded as its inputs', () => {
      wordSettings(inputWording(EXPORT))
      expect(refusal({ binds: ['database:pg.prod'] })[1]).toContain(': bind: backend:SERVICE.GROUP.')
    })
  })
})

describe('binds that it takes', () => {
  test('leave a note about the optional ones', () => {
    const { notes, warnings } = check({ binds: GIVEN })
    expect(warnings).toEqual([])
    expect(notes).toEqual([
      'Optional binds of acme/proxy/1.0.0/20240101000000 that are not given: "cache" (needs "port" and "host"), "logs" (needs no exports). To give one, write --bind cache:SERVICE.GROUP.',
    ])
  })

  test.each<[string, Partial<AppRequest>, PackageMetadata]>([
    ['all of them', { binds: [...GIVEN, 'cache:redis.a', 'logs:loki.a@org'] }, proxy],
    ['none for a package without binds', {}, { ...proxy, binds: [] }],
  ])('are %s, and there is nothing to say', (_, request, metadata) => {
    expect(check(request, metadata)).toMatchObject({ notes: [], warnings: [] })
  })
})

describe('with a patch', () => {
  const launch = (flags: string) => `tar -xzpf x.tgz && exec sh ./launch ${flags}`

  test('that leaves the command alone, required binds must be given', () => {
    expect(refusal({ patch: { env: { cmd: 'x' } } })).toHaveLength(3)
  })

  test.each<JsonObject>([
    { cmd: launch('--bind=backend:haproxy.default --bind database:pg.prod') },
    { cmd: launch(`--bind 'backend:haproxy.default' "database:pg.prod" --binding-mode=relaxed`) },
    { cmd: null, args: ['./launch', '--bind', 'backend:haproxy.default', 'database:pg.prod'] },
  ])('whose command gives them, all is well: %j', patch => {
    expect(check({ patch }).warnings).toEqual([])
  })

  test.each([
    ['does not give one', launch('--bind=database:pg.prod --bind=my-backend:x.y --peer=backend:9638')],
    ['is not ours at all', './run database:pg.default'],
  ])('whose command %s, it is a warning, because the command may be anything', (_, cmd) => {
    const { warnings } = check({ patch: { cmd } })
    expect(warnings).toEqual([
      expect.stringMatching(/replaces the command.*"backend".*Add --bind=backend:SERVICE\.GROUP to it\./),
    ])
  })

  test('a bind that the package does not have is still refused', () => {
    expect(refusal({ binds: ['nothing:x.y'], patch: { cmd: launch('') } })).toHaveLength(2)
  })

  test('what the option gives is not in the command of the patch', () => {
    expect(check({ binds: GIVEN, patch: { cmd: launch('--group=a') } }).warnings).toHaveLength(2)
  })
})
