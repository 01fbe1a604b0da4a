import { expect, test } from 'vitest'
import { parseServerUrl, parseWebUrl } from '../../src/lib/url.ts'

test.each([
  ['https://a.example.com/v1', true, true],
  ['http://a.example.com:8080?x=@', true, true],
  ['https://user@a.example.com', true, false],
  ['https://:word@a.example.com', true, false],
  ['https://user:word@a.example.com', true, false],
  ['ftp://a.example.com', false, false],
  ['a.example.com', false, false],
  ['', false, false],
])('%j is a URL: %s, and one without user and password: %s', (text, isUrl, isBare) => {
  expect(parseWebUrl(text)?.href).toBe(isUrl ? new URL(text).href : undefined)
  expect(parseServerUrl(text)?.href).toBe(isBare ? new URL(text).href : undefined)
})
