import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../src/lib/error-code.ts'
import type { Marathon, MarathonRequest } from '../../src/marathon/api/client.ts'
import { MarathonError } from '../../src/marathon/api/errors.ts'
import { listPreviews, listVersions, removeEmptyGroup } from '../../src/preview/apps.ts'

const LABELS = {
  'mesosize.preview': 'acme/shop#12',
  'mesosize.commit': '0123456789abcdef0123456789abcdef01234567',
  'mesosize.run': '4711.2',
}

const LIST = 'GET /v2/apps?label=mesosize.preview?embed=apps.tasks'

/** A Marathon that knows these answers; to all else it answers as to an unknown app. */
function marathon(answers: Record<string, unknown>): Marathon & { sent: string[] } {
  const sent: string[] = []
  return {
    base: new URL('http://marathon.example'),
    sent,
    async send({ method, path, query = [] }: MarathonRequest) {
      const line = `${method} ${path}${query.map(([name, value]) => `?${name}=${value}`).join('')}`
      sent.push(line)
      if (answers[line] instanceof Error) throw answers[line]
      if (line in answers) return answers[line]
      throw error('MARATHON_NOT_FOUND', 404)
    },
  }
}

function error(code: ErrorCode, status: number) {
  return new MarathonError(code, code, { status, headers: new Headers() })
}

describe('previews', () => {
  test('are the apps whose labels say so', async () => {
    const apps = [
      { id: '/a', labels: LABELS, version: '2024-01-01T00:00:00.000Z' },
      {
        id: '/b',
        labels: LABELS,
        version: '2024-02-02T00:00:00.000Z',
        versionInfo: { lastConfigChangeAt: '2024-01-02T00:00:00.000Z' },
      },
      {
        // Put back by a cancelled deployment.
        ...{ id: '/e', labels: LABELS, version: '2024-02-02T00:00:00.000Z' },
        versionInfo: { lastConfigChangeAt: '2024-01-02T00:00:00.000Z' },
        tasks: [
          { stagedAt: '2024-02-03T00:00:00.000Z' },
          { stagedAt: '2024-02-02T00:00:01.000Z' },
          { state: 'TASK_FAILED' },
        ],
      },
      {
        // Changed after its tasks were launched.
        ...{ id: '/f', labels: LABELS, version: '2024-03-03T00:00:00.000Z' },
        tasks: [{ stagedAt: '2024-02-03T00:00:00.000Z' }],
      },
      { id: '/c', labels: { ...LABELS, 'mesosize.run': 'x' } },
      { id: '/d' },
      { labels: LABELS },
      7,
    ]
    const found = await listPreviews(marathon({ [LIST]: { apps } }))
    expect(found.map(({ id, changed }) => [id, changed])).toEqual([
      ['/a', Date.UTC(2024, 0, 1)],
      // Scaling does not count as a change.
      ['/b', Date.UTC(2024, 0, 2)],
      ['/e', Date.UTC(2024, 1, 3)],
      ['/f', Date.UTC(2024, 2, 3)],
    ])
  })

  test('an answer of something else', async () => {
    await expect(listPreviews(marathon({ [LIST]: {} }))).rejects.toMatchObject({
      code: 'MARATHON_UNEXPECTED',
    })
  })
})

describe('versions', () => {
  test('are read one by one, as far as they are still there', async () => {
    const fake = marathon({
      'GET /v2/apps/a/b/versions': {
        versions: ['2024-02-02T00:00:00.000Z', '2024-01-01T00:00:00.000Z', '../../../v2/info', 7],
      },
      'GET /v2/apps/a/b/versions/2024-01-01T00:00:00.000Z': { id: '/a/b', cmd: 'old' },
    })
    expect(await listVersions(fake, '/a/b')).toEqual([{ id: '/a/b', cmd: 'old' }])
    expect(fake.sent).toHaveLength(3)
  })

  test('of an app that is gone are none', async () => {
    expect(await listVersions(marathon({}), '/a')).toEqual([])
  })
})

describe('a group', () => {
  const GET = 'GET /v2/groups/previews/shop/pr-12?embed=group.apps?embed=group.groups?embed=group.pods'
  const DELETE = 'DELETE /v2/groups/previews/shop/pr-12'

  test.each([
    ['empty', { [GET]: { id: '/x', apps: [], groups: [], pods: [] }, [DELETE]: {} }, [GET, DELETE]],
    ['empty, of an old Marathon', { [GET]: { id: '/x', apps: [], groups: [] }, [DELETE]: {} }, [GET, DELETE]],
    ['with an app', { [GET]: { apps: [{ id: '/x/y' }], groups: [] } }, [GET]],
    ['with a group', { [GET]: { apps: [], groups: [{ id: '/x/y' }] } }, [GET]],
    ['with a pod', { [GET]: { apps: [], groups: [], pods: [{}] } }, [GET]],
    ['that is gone', {}, [GET]],
    ['that goes meanwhile', { [GET]: { apps: [] } }, [GET, DELETE]],
    ['that is locked', { [GET]: { apps: [] }, [DELETE]: error('MARATHON_LOCKED', 409) }, [GET, DELETE]],
  ])('%s', async (_, answers, sent) => {
    const fake = marathon(answers)
    await removeEmptyGroup(fake, '/previews/shop/pr-12')
    expect(fake.sent).toEqual(sent)
  })

  test('that may not be removed', async () => {
    const fake = marathon({ [GET]: { apps: [] }, [DELETE]: error('MARATHON_FORBIDDEN', 403) })
    await expect(removeEmptyGroup(fake, '/previews/shop/pr-12')).rejects.toMatchObject({
      code: 'MARATHON_FORBIDDEN',
    })
  })
})
