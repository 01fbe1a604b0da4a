import { describe, expect, test } from 'vitest'
import { appIdOf } from '../../src/marathon/app/app-id.ts'
import { appIdProblem } from '../../src/marathon/app/rules.ts'
import {
  isNewer,
  isSamePullRequest,
  type Preview,
  previewGroup,
  previewLabels,
  readPreview,
} from '../../src/preview/preview.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const PREVIEW: Preview = {
  repository: 'acme/shop',
  number: 12,
  commit: COMMIT,
  run: { id: 4711, attempt: 2 },
}
const LABELS = { 'mesosize.preview': 'acme/shop#12', 'mesosize.commit': COMMIT, 'mesosize.run': '4711.2' }

describe('labels', () => {
  test('tell the pull request, the commit and the run', () => {
    expect(previewLabels(PREVIEW)).toEqual(LABELS)
    expect(readPreview({ ...LABELS, team: 'web' })).toEqual(PREVIEW)
  })

  test.each([[undefined], [{}], [{ team: 'web' }], [null], ['text'], [[]]])('of no preview: %j', labels => {
    expect(readPreview(labels)).toBeUndefined()
  })

  test.each([
    ['mesosize.preview', 'shop#12'],
    ['mesosize.preview', 'acme/shop#0'],
    ['mesosize.preview', 'acme/shop#12\n'],
    ['mesosize.preview', '../../x#1/y'],
    ['mesosize.preview', 12],
    ['mesosize.commit', undefined],
    ['mesosize.commit', 'main'],
    ['mesosize.run', '4711'],
    ['mesosize.run', '4711.0'],
    ['mesosize.run', '99999999999999999999.1'],
  ])('that were changed by hand: %s %j', (label, value) => {
    expect(() => readPreview({ ...LABELS, [label]: value })).toThrow(
      expect.objectContaining({ code: 'PREVIEW_LABELS', message: expect.stringContaining(label) }),
    )
  })
})

test.each([
  ['a later run', { id: 4712, attempt: 1 }, true],
  ['a later attempt', { id: 4711, attempt: 3 }, true],
  ['itself', { id: 4711, attempt: 2 }, false],
  ['an earlier attempt', { id: 4711, attempt: 1 }, false],
  ['a late attempt of an earlier run', { id: 998, attempt: 9 }, false],
])('newer is: %s', (_, run, newer) => {
  expect(isNewer({ ...PREVIEW, run }, PREVIEW)).toBe(newer)
})

test.each([
  [{ repository: 'Acme/Shop', number: 12 }, true],
  [{ repository: 'acme/shop', number: 13 }, false],
  [{ repository: 'other/shop', number: 12 }, false],
])('the same pull request: %j', (other, same) => {
  expect(isSamePullRequest(PREVIEW, other)).toBe(same)
})

describe('the group in Marathon', () => {
  test.each([
    ['acme/shop', '/previews/shop/pr-12'],
    ['acme/My_Shop.js', '/previews/my-shop-js/pr-12'],
    ['acme/.github', '/previews/github/pr-12'],
    ['acme/-a--b-', '/previews/a-b/pr-12'],
    ['acme/...', '/previews/repository/pr-12'],
    ['acme/tasks', '/previews/tasks/pr-12'],
  ])('of %s', (repository, group) => {
    expect(previewGroup({ repository, number: 12 })).toBe(group)
    expect(appIdProblem(`${group}/web`)).toBeUndefined()
  })

  test.each([
    ['web', '/previews/shop/pr-12/web'],
    ['Web_App', '/previews/shop/pr-12/web-app'],
    ['versions', '/previews/shop/pr-12/versions-app'],
  ])('holds the app of %s', (name, id) => {
    expect(appIdOf({ origin: 'acme', name }, previewGroup(PREVIEW))).toBe(id)
  })
})
