import { expect, test } from 'vitest'
import { checkFetchable } from '../../../src/marathon/deploy/fetchable.ts'

const withUri = (uri: string) => ({ id: '/a', fetch: [{ uri }] })

test.each([
  'https://files.test/shop.tgz',
  'http://ci:pw@files.test/shop.tgz',
  'https://github.com/acme/shop/releases/download/v1/shop.tgz',
  'https://bucket.s3.amazonaws.com/shop.tgz?X-Amz-Signature=x',
  's3://bucket/shop.tgz',
  'hdfs:///apps/shop.tgz',
  'ftp://files.test/shop.tgz',
])('%s can be fetched', uri => {
  checkFetchable(withUri(uri))
})

test.each([
  ['file:///tmp/shop.tgz', 'is a file on the agent itself'],
  ['FILE:/tmp/shop.tgz', 'is a file on the agent itself'],
  ['/tmp/shop.tgz', 'is a file on the agent itself'],
  ['shop.tgz', 'is a file on the agent itself'],
  ['https://github.com/acme/shop/actions/runs/1/artifacts/2', 'is an artifact of a workflow run'],
  ['https://ghe.test/acme/shop/actions/runs/1/artifacts/2', 'is an artifact of a workflow run'],
  ['https://api.github.com/repos/acme/shop/actions/artifacts/2/zip', 'is an artifact of a workflow run'],
  ['https://api.github.com/repos/acme/shop/releases/assets/2', "is the address of a release's asset"],
  ['https://ghe.test/api/v3/repos/acme/shop/releases/assets/2', "is the address of a release's asset"],
  ['http://localhost:8000/shop.tgz', 'is the agent itself there'],
  ['http://127.0.0.1/shop.tgz', 'is the agent itself there'],
  ['http:///shop.tgz', 'must have a host'],
  ['https:shop.tgz', 'must have a host'],
  ['htps://files.test/shop.tgz', 'has the scheme "htps"'],
  ['hdfs:/shop.tgz', 'must have "://" after its scheme'],
  ['https://files.test/', 'must have a path after the host'],
  ['s3://bucket', 'must have a path after the host'],
  ['http://files.test:99999/shop.tgz', 'must have a host after the scheme, and a port up to 65535'],
])('%s cannot', (uri, words) => {
  expect(() => checkFetchable(withUri(uri))).toThrow(`fetch[0].uri: ${JSON.stringify(uri)} ${words}`)
  expect(() => checkFetchable({ id: '/a', uris: ['https://files.test/a.tgz', uri] })).toThrow(
    `uris[1]: ${JSON.stringify(uri)} ${words}`,
  )
})

test('all of them are reported at once', () => {
  const app = {
    id: '/a',
    fetch: [{ uri: 'file:///a' }, { uri: 'https://files.test/b' }, { uri: 'file:///c' }],
  }
  expect(() => checkFetchable(app)).toThrow(
    expect.objectContaining({
      code: 'APP_UNFETCHABLE',
      message: expect.stringMatching(/fetch\[0\].*\n.*fetch\[2\].*\n.*allow-unfetchable-uri/),
    }),
  )
})
