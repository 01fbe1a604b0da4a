import { describe, expect, test } from 'vitest'
import { expandUriTemplate, templateValues, uriTemplateProblem } from '../../src/publish/uri-template.ts'

const values = templateValues(
  {
    name: 'acme-shop-1.2.3+4-20240102030405.tgz',
    sha256: 'ab12',
    ident: { origin: 'acme', name: 'shop', version: '1.2.3+4', release: '20240102030405' },
  },
  'v1/ä b!',
)

describe('expandUriTemplate', () => {
  test.each([
    [
      'https://a.test/{origin}/{name}/{release}/{file}',
      'https://a.test/acme/shop/20240102030405/acme-shop-1.2.3%2B4-20240102030405.tgz',
    ],
    ['https://a.test/{version}?d={sha256}', 'https://a.test/1.2.3%2B4?d=ab12'],
    ['https://a.test/{ident}', 'https://a.test/acme%2Fshop%2F1.2.3%2B4%2F20240102030405'],
    // RFC 6570, section 3.2.2: everything but unreserved characters, as UTF-8.
    ['https://a.test/{tag}', 'https://a.test/v1%2F%C3%A4%20b%21'],
    ['https://a.test/%7B{name}%7D$&', 'https://a.test/%7Bshop%7D$&'],
    ['https://a.test/{name}{name}', 'https://a.test/shopshop'],
    ['https://a.test/', 'https://a.test/'],
  ])('%s', (template, expected) => {
    expect(expandUriTemplate(template, values, 'uri-template')).toBe(expected)
  })

  test.each([
    ['(it*s)', '%28it%2As%29'],
    ["o'k", 'o%27k'],
    ['~.-_', '~.-_'],
  ])('the value %s', (tag, expected) => {
    expect(expandUriTemplate('{tag}', { ...values, tag }, 'uri-template')).toBe(expected)
  })

  test('shows neither password nor signature', () => {
    const template = 'https://user:secret@a.test/{nme}?signature=secret'
    const expand = () => expandUriTemplate(template, values, 'upload-url')
    expect(expand).toThrow('upload-url: "https://a.test/{nme}" has "{nme}": write one of {origin}, {name},')
    expect(expand).not.toThrow('secret')
  })

  test('names what has no value', () => {
    const withoutTag = { ...values, tag: undefined }
    expect(() => expandUriTemplate('https://a.test/{tag}', withoutTag, 'uri-template')).toThrow(
      '"{tag}": write one of {origin}, {name}, {version}, {release}, {ident}, {file}, {sha256} ({tag} is available only if the export is for a release)',
    )
  })
})

describe('uriTemplateProblem', () => {
  test('tells everything at once', () => {
    const problem = uriTemplateProblem('https://a.test/{nmae}/{name}/{Version}/{nmae}/{+ident}/{}/}')
    expect(problem).toContain('unmatched')
    expect(problem).toContain('"{nmae}", "{Version}", "{+ident}", "{}": write one of')
  })

  test.each(['{', '}', '{{name}}', '{name', '}{'])('finds %s', template => {
    expect(uriTemplateProblem(template)).toContain('%7B or %7D')
  })

  test.each(['', 'https://a.test/{name}', '{origin}{name}{version}{release}{ident}{file}{sha256}{tag}'])(
    'finds nothing in %j',
    template => {
      expect(uriTemplateProblem(template)).toBeUndefined()
    },
  )

  test.each(['__proto__', 'constructor', 'toString'])('does not know {%s}', name => {
    expect(uriTemplateProblem(`{${name}}`)).toContain('write one of')
  })
})
