import { expect, test } from 'vitest'
import { assetName } from '../../src/github/asset-name.ts'

test.each([
  ['core-redis-7.2.4-20240102030405.tgz', 'core-redis-7.2.4-20240102030405.tgz'],
  ['Acme_App+1@2-x.tgz.sha256', 'Acme_App+1@2-x.tgz.sha256'],
  ['acme-app-1.0~rc1-20240102030405.tgz', 'acme-app-1.0.rc1-20240102030405.tgz'],
  ['two words.tgz', 'two.words.tgz'],
  ['a  (b)..tgz', 'a.b.tgz'],
  ['Übermäßig.tgz', 'Uberma.ig.tgz'],
  ['.hidden.tgz', 'default.hidden.tgz'],
  ['.gitignore', 'default.gitignore'],
  ['end.', 'default.end'],
  ['привет.tgz', 'default.tgz'],
])('%j is kept as %j', (name, kept) => {
  expect(assetName(name)).toBe(kept)
})
