import { describe, expect, test } from 'vitest'
import { parseManifest } from '../../../src/habitat/package/manifest.ts'

/** As `_build_manifest` of hab-plan-build.sh writes it; a pkg_license of several is joined with blanks. */
const manifest = ({
  description = 'Persistent key-value database',
  upstream = '[http://redis.io/](http://redis.io/)',
  license = 'BSD-3-Clause ',
  source = '[http://download.redis.io/redis-7.2.4.tar.gz](http://download.redis.io/redis-7.2.4.tar.gz)',
  sha = `\`${'5A'.repeat(32)}\``,
  plan = 'pkg_name=redis',
}) => `# core / redis
${description}

* __Maintainer__: The Habitat Maintainers <humans@habitat.sh>
* __Version__: 7.2.4
* __Release__: 20240102030405
* __Target__: x86_64-linux
* __Upstream URL__: ${upstream}
* __License__: ${license}
* __Source__: ${source}
* __SHA__: ${sha}
* __Path__: \`/hab/pkgs/core/redis/7.2.4/20240102030405\`
* __Build Dependencies__: \`core/gcc core/make \`
* __Dependencies__: \`core/glibc \`
* __Interpreters__: \`core/bash \`

# Plan

## Build Flags

\`\`\`bash
CFLAGS: -O2
\`\`\`

## Plan Source

\`\`\`bash
${plan}
\`\`\`
`

const redis = {
  description: 'Persistent key-value database',
  license: 'BSD-3-Clause',
  upstream: 'http://redis.io/',
  source: 'http://download.redis.io/redis-7.2.4.tar.gz',
  sourceSha256: '5a'.repeat(32),
}

describe('what a MANIFEST says', () => {
  test.each<[string, string, object]>([
    ['of everything', manifest({}), redis],
    ['with the line ends of Windows', manifest({}).replaceAll('\n', '\r\n'), redis],
    [
      'of nothing',
      // The texts of hab-plan-build.sh for what a plan leaves out.
      manifest({
        description: '',
        upstream: "upstream project's website or home page is not defined",
        license: ' ',
        source: 'no source url',
        sha: 'SHA256 checksum not provided or required',
      }),
      {},
    ],
    [
      'of several licences',
      manifest({ license: 'Apache-2.0 MIT ' }),
      { ...redis, license: 'Apache-2.0 MIT' },
    ],
    [
      'in several lines',
      manifest({ description: 'A database.\n\n  With *more*\tto say.' }),
      { ...redis, description: 'A database. With *more* to say.' },
    ],
    [
      'with what drives a terminal',
      manifest({ description: 'a\x1b[31mb\u202ec\u2028d', license: 'MIT\x07' }),
      { ...redis, description: 'a [31mb c d', license: 'MIT' },
    ],
    [
      'with fields in its plan',
      manifest({ license: '', plan: '* __License__: MIT' }),
      { ...redis, license: undefined },
    ],
    [
      'with a URL that is none',
      manifest({ upstream: '[javascript:alert(1)](javascript:alert(1))' }),
      { ...redis, upstream: undefined },
    ],
    [
      'with two URLs',
      manifest({ source: '[https://a.example/](https://b.example/)' }),
      { ...redis, source: undefined },
    ],
    [
      'with a password',
      manifest({ source: '[https://me:secret@a.example/x](https://me:secret@a.example/x)' }),
      { ...redis, source: undefined },
    ],
    [
      'with Markdown in a URL',
      manifest({ upstream: '[x](https://evil.example)' }),
      { ...redis, upstream: undefined },
    ],
    ['that is not Markdown', '\0\xff<html>', {}],
    ['that is empty', '', {}],
    ['that only has a heading', '# core / redis\n', {}],
  ])('%s', (_, text, expected) => {
    expect(parseManifest(text)).toEqual(expected)
  })

  test('is cut where it is long', () => {
    const long = '😀'.repeat(300_000)
    const { description, license, upstream } = parseManifest(
      manifest({
        description: long,
        license: long,
        upstream: `[https://a.example/${long}](https://a.example/${long})`,
      }),
    )
    for (const text of [description, license]) {
      expect([...text!]).toHaveLength(1000)
      expect(text).toMatch(/😀…$/u)
    }
    expect(upstream).toBeUndefined()
  })
})
