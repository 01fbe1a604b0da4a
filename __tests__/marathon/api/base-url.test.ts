import { describe, expect, test } from 'vitest'
import { apiUrl, isPrivate, readMarathonUrls } from '../../../src/marathon/api/base-url.ts'

describe('readMarathonUrls', () => {
  test.each<[string, string[], string?]>([
    ['http://marathon.test:8080', ['http://marathon.test:8080/']],
    ['https://cluster.test/service/marathon/', ['https://cluster.test/service/marathon']],
    ['http://a.test:8080/?x=1#/apps', ['http://a.test:8080/']],
    [
      'http://a.test, http://b.test\nhttp://c.test/m',
      ['http://a.test/', 'http://b.test/', 'http://c.test/m'],
    ],
    ['http://ci:p%40ss@a.test http://b.test', ['http://a.test/', 'http://b.test/'], 'Basic Y2k6cEBzcw=='],
  ])('%j', (text, urls, authorization) => {
    const read = readMarathonUrls(text)
    expect(read.urls.map(String)).toEqual(urls)
    expect(read.authorization).toBe(authorization)
  })

  test.each<[string, string | RegExp]>([
    ['', 'it is empty'],
    [' , ', 'it is empty'],
    ['marathon.test:8080', '"marathon.test:8080" is not an http or https URL'],
    ['ftp://u:secret@marathon.test', '"marathon.test" is not an http or https URL'],
    ['http://c%3Ai:hunter2@a.test', 'the user in it has a colon'],
    ['http://a.test nonsense', '"nonsense" is not an http or https URL'],
    ['http://a:b@a.test http://c:d@b.test', 'have different ones'],
  ])('refuses %j', (text, message) => {
    expect(() => readMarathonUrls(text)).toThrow(message)
    expect(() => readMarathonUrls(text)).toThrow(expect.objectContaining({ code: 'MARATHON_URL' }))
    expect(() => readMarathonUrls(text)).not.toThrow('secret')
  })
})

test.each([
  ['http://m.test', '/v2/apps/web/shop', [], 'http://m.test/v2/apps/web/shop'],
  ['https://c.test/service/marathon', '/v2/queue', [], 'https://c.test/service/marathon/v2/queue'],
  [
    'http://m.test/m',
    '/v2/apps/a',
    [
      ['embed', 'app.tasks'],
      ['embed', 'app.counts'],
    ] as const,
    'http://m.test/m/v2/apps/a?embed=app.tasks&embed=app.counts',
  ],
])('apiUrl of %s and %s', (base, path, query, url) => {
  expect(apiUrl(new URL(base), path, query).href).toBe(url)
})

test.each([
  ['https://marathon.test', true],
  ['http://localhost:8080', true],
  ['http://127.0.0.1:8080', true],
  ['http://127.8.9.1', true],
  ['http://[::1]:8080', true],
  ['http://marathon.test', false],
  ['http://127.0.0.1.test', false],
  ['http://localhost.test', false],
])('isPrivate(%s) is %s', (url, expected) => {
  expect(isPrivate(new URL(url))).toBe(expected)
})
