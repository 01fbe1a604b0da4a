import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ImageContents, InspectedFile } from './contents.ts'

/**
 * A page that shows what is in an image, whole in one file: it needs no network, and its policy allows none. The
 * bundle needs inspect-page.js and page.css beside it.
 */
export function contentsPage(contents: ImageContents): string {
  const style = read('page.css')
  const script = read('inspect-page.js')
  const policy = [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Contents of an image</title>
<style>${style}</style>
</head>
<body>
<main></main>
<noscript>This page draws itself with a script. Allow scripts for this file, or run "mesosize inspect" without --html.</noscript>
<script type="application/json" id="contents">${dataOf(contents)}</script>
<script>${script}</script>
</body>
</html>
`
}

/** JSON as a script element may hold it: names from packages cannot end the element, nor begin a comment. */
function dataOf(contents: ImageContents): string {
  const slim = (file: InspectedFile) => ({ ...file, sha256: undefined })
  const data = {
    ...contents,
    generated: contents.generated.map(slim),
    packages: contents.packages.map(one => ({ ...one, files: one.files.map(slim) })),
  }
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

/** As a policy names what it allows (Content Security Policy Level 3, section 2.3.1). */
function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8').trim()
}
