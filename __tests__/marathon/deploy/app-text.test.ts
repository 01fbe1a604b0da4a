import { expect, test } from 'vitest'
import { parseApp } from '../../../src/marathon/deploy/app-text.ts'

test('reads an app definition', () => {
  expect(parseApp('{"id": "/web/shop", "cmd": "run"}', 'app.json')).toEqual({ id: '/web/shop', cmd: 'run' })
})

test.each([
  ['', 'APP_NOT_JSON', 'app.json: is not valid JSON'],
  ['{"id": ', 'APP_NOT_JSON', 'app.json: is not valid JSON'],
  ['id: /web', 'APP_NOT_JSON', 'app.json: is not valid JSON'],
  [
    `{"id": "/web", "cmd": "x", "labels": ${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_001)}`,
    'APP_NOT_JSON',
    'app.json: is not valid JSON (it is nested more than 200 levels deep)',
  ],
  ['[]', 'APP_INVALID', 'app.json: holds a JSON value that is not an object'],
  ['null', 'APP_INVALID', 'app.json: holds a JSON value that is not an object'],
  ['{"app": {"id": "/web"}}', 'APP_INVALID', 'a group, or a response of Marathon'],
  ['{"id": "/", "apps": []}', 'APP_INVALID', 'a group, or a response of Marathon'],
  ['{"id": "/", "groups": []}', 'APP_INVALID', 'a group, or a response of Marathon'],
  ['{"id": "/pod", "containers": []}', 'APP_INVALID', 'app.json: holds a pod'],
  ['{"id": "/Web", "cmd": "x"}', 'APP_INVALID', '  id: "/Web" must be'],
])('refuses %s', (text, code, words) => {
  expect(() => parseApp(text, 'app.json')).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(words) }),
  )
})

test('shows of what is not JSON nothing that drives a terminal', () => {
  expect(() => parseApp('{"id": \x1b[2J', 'app.json')).toThrow(
    expect.objectContaining({ message: expect.stringContaining('\\x1b[2J') }),
  )
})
