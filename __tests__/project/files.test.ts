import { describe, expect, test } from 'vitest'
import { FILES, read } from './documents.ts'

test('files with tests have a name that Vitest looks for', () => {
  const withTests = FILES.filter(path => /\.[cm]?[jt]sx?$/.test(path) && !path.startsWith('dist/')).filter(
    path => /\bimport\s*\{[^}]*\b(?:test|it|describe)\b[^}]*\}\s*from\s*['"]vitest['"]/.test(read(path)),
  )
  expect(withTests).toContain('__tests__/project/files.test.ts')
  expect(withTests.filter(path => !/^__tests__\/.*\.test\.ts$/.test(path))).toEqual([])
})

describe('no file names the host of a package archive', () => {
  /** What such hosts are called, written so that none is named here either. */
  const ARCHIVE = new RegExp(
    [
      String.raw`\b(?:archives?|codeload|crates|deb|ftp\d*|mirrors?|npm|ports|proxy|registry|repo\d*|security|snapshot|yarn)\.(?!example\b)[a-z\d-]+\.(?:cn|com|dev|edu|io|net|org)\b`,
      String.raw`\b(?:pypi|pythonhosted|crates|rubygems|yarnpkg|npmmirror|unpkg|jsdelivr|jfrog|debian|ubuntu)\.(?:com|io|net|org)\b`,
      String.raw`\bgithub\.com/[\w.-]+/[\w.-]+/archive/`,
    ].join('|'),
    'i',
  )
  /** The bundles and other people's sources contain what their authors wrote. */
  const OTHERS = /^(?:dist\/|third_party\/(?:libdeflate|xz)\/)|\.(?:hart|wasm)$/

  test.each([
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['deb', 'debian', 'org'],
    ['snapshot', 'debian', 'org'],
    ['us', 'archive', 'ubuntu', 'com'],
    ['files', 'pythonhosted', 'org'],
    ['pypi', 'org'],
    ['static', 'crates', 'io'],
    ['proxy', 'golang', 'org'],
    ['codeload', 'github', 'com'],
    ['acme', 'jfrog', 'io'],
  ])('%s.%s …', (...labels) => {
    expect(`https://${labels.join('.')}/x`).toMatch(ARCHIVE)
  })

  test.each(['docs.npmjs.com', 'packages.chef.io', 'files.example.com', 'proxy.example.com', 'mirror.test'])(
    '%s is not one',
    host => {
      expect(`https://${host}/x`).not.toMatch(ARCHIVE)
    },
  )

  test('in the project', () => {
    const found = FILES.filter(path => !OTHERS.test(path)).flatMap(path => {
      const [host] = ARCHIVE.exec(read(path)) ?? []
      return host ? [`${path}: ${host}`] : []
    })
    expect(found).toEqual([])
  })

  test('package-lock.json has no addresses of packages', () => {
    expect(read('package-lock.json').includes('"resolved"')).toBe(false)
  })

  test('npm gets no registry', () => {
    expect(FILES.filter(path => /(?:^|\/)\.(?:npm|yarn)rc/.test(path))).toEqual([])
  })
})
