import { describe, expect, test } from 'vitest'
import { defineApp } from '../../../src/marathon/app/app.ts'
import type { AppRequest } from '../../../src/marathon/app/request.ts'
import { checkReleases } from '../../../src/marathon/app/updates.ts'
import { makeClosure, makePackage } from '../../rootfs/handmade.ts'
import { appRequest, image, listener, service } from './fixtures.ts'

const updates: AppRequest['updates'] = {
  strategy: 'at-once',
  from: { url: 'https://builder.example.com', channel: 'stable' },
  token: false,
}

function define(request: Partial<AppRequest>, found = image.found) {
  const report = listener()
  const app = defineApp(service(), { ...image, found }, appRequest({ id: '/x', ...request }), report)
  return { app, ...report }
}

describe('an app with a strategy', () => {
  test('has the channel and the Builder of the export in its command, and a label', () => {
    const { app } = define({ updates })
    expect(app.cmd).toMatch(
      / && exec sh \.\/launch --strategy=at-once --channel=stable --url=https:\/\/builder\.example\.com$/,
    )
    expect(app.labels).toMatchObject({
      'mesosize.ident': 'acme/my-web/1.0.0/20240102030405',
      'mesosize.strategy': 'at-once',
    })
  })

  test('comes with a note on what that means', () => {
    expect(define({ updates }).notes).toEqual([
      "With the strategy at-once, each task's Supervisor updates to newer releases of acme/my-web from the channel stable of https://builder.example.com. Marathon does not know about them, and every new task starts with acme/my-web/1.0.0/20240102030405 again.",
    ])
  })

  test.each([
    { source: 'hart' },
    { source: 'installed package' },
    { source: 'https://builder.example.com', channel: 'base' },
    { source: 'https://bldr.habitat.sh', channel: 'stable' },
  ])('that was found elsewhere is reported: %j', found => {
    const { notes, app } = define({ updates }, found)
    expect(notes[0]).toContain(`not looked up there (source: ${found.source}): check`)
    expect(app.cmd).toContain(' --channel=stable --url=https://builder.example.com')
  })

  test('is absent if a patch replaces the command', () => {
    const { notes, app } = define({ updates, patch: { cmd: './launch' } })
    expect(notes).toEqual([])
    expect(app.labels).not.toHaveProperty(['mesosize.strategy'])
  })

  test('has no effect if a patch replaces the command without it, with a warning', () => {
    const { warnings } = define({ updates, patch: { cmd: 'exec sh ./launch' } })
    expect(warnings).toEqual([
      expect.stringMatching(/^--strategy at-once has no effect: .* Add --strategy=at-once --channel=/),
    ])
    expect(define({ updates, patch: { cmd: 'exec sh ./launch --strategy=at-once' } }).warnings).toEqual([])
  })
})

describe('a token for Builder', () => {
  const asSecret = {
    env: { HAB_AUTH_TOKEN: { secret: 'builder' } },
    secrets: { builder: { source: 'builder/token' } },
  }

  test('is never copied from the export to the app, with a note', () => {
    const { notes, warnings } = define({ updates: { ...updates, token: true } })
    expect(notes[1]).toMatch(
      /does not contain this export's Builder token.*write --secret HAB_AUTH_TOKEN=SOURCE/,
    )
    expect(warnings).toEqual([])
  })

  test.each<[string, Partial<AppRequest>]>([
    ['in a patch', { patch: asSecret }],
    ['by a setting', { secrets: { HAB_AUTH_TOKEN: 'builder/token' } }],
  ])('as a secret of Marathon %s needs no note', (_, request) => {
    const { notes, warnings, app } = define({ updates: { ...updates, token: true }, ...request })
    expect(app).toMatchObject({ env: { HAB_AUTH_TOKEN: { secret: expect.any(String) } } })
    expect(notes).toHaveLength(1)
    // That the cluster must have secrets is all that there is to say.
    expect(warnings).toEqual([
      expect.stringMatching(/^Check the app definition: secrets: needs a Marathon with a secret store/),
    ])
  })

  test.each<[string, Partial<AppRequest>]>([
    ['in env', { env: { HAB_AUTH_TOKEN: 's3cret' } }],
    ['in a patch', { patch: { env: { HAB_AUTH_TOKEN: 's3cret' } } }],
  ])('as text %s is warned of, and not shown', (_, request) => {
    const { notes, warnings } = define({ updates: { ...updates, token: true }, ...request })
    expect(warnings).toEqual([expect.stringMatching(/^HAB_AUTH_TOKEN is plain text/)])
    expect([...notes, ...warnings].join()).not.toContain('s3cret')
  })

  test('without a strategy is not spoken of', () => {
    expect(define({}).notes).toEqual([])
  })
})

describe('releases of the service in the image', () => {
  const build = (version: string, release: string) => makePackage(`example/hello-web/${version}/${release}`)
  const check = (others: ReturnType<typeof makePackage>[], request: Partial<AppRequest> = { updates }) =>
    checkReleases(makeClosure({ others }), appRequest(request))

  // The service is example/hello-web/1.2.3/20240229123456.
  test.each([
    ['none but its own', []],
    ['an older version', [build('1.2.2', '20250101000000')]],
    ['an older release', [build('1.2.3', '20240229123455')]],
    ['a prerelease', [build('1.2.3-rc1', '20250101000000')]],
    ['a newer one of another name', [makePackage('example/hello/9/20250101000000')]],
    ['a newer one of another origin', [makePackage('other/hello-web/9/20250101000000')]],
  ])('may be %s', (_, others) => {
    expect(() => check(others)).not.toThrow()
  })

  test('must not be newer, because the Supervisor would start that one', () => {
    const others = [build('1.10.0', '20230101000000'), build('1.3.0', '20250101000000')]
    expect(() => check(others)).toThrow(
      expect.objectContaining({
        code: 'STRATEGY_RELEASES',
        message: expect.stringMatching(
          /^--strategy at-once: .* is example\/hello-web\/1\.10\.0\/20230101000000, and not example\/hello-web\/1\.2\.3\/20240229123456\./,
        ),
      }),
    )
    expect(() => check(others, {})).not.toThrow()
  })
})
