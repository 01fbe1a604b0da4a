import fc from 'fast-check'
import { changedJson } from '../../testkit/mutations/json.ts'
import { changedText } from '../../testkit/mutations/text.ts'
import type { Target } from '../target.ts'
import { exportTexts, SERVICE } from './exporting.ts'

const WORDS: readonly string[] = [
  'server',
  'port',
  'server.port',
  '[server]',
  '[[server]]',
  '[server.port]',
  'server.port = 1',
  '{ port = 1 }',
  '"""',
  "'''",
  '1979-05-27',
  '07:32:00',
  'inf',
  'nan',
  '0x1f',
  '1_000',
  '"$PORT_HTTP"',
  '[::1]:80',
  'http://example.com:80',
  '0.0.0.0:65536',
  '[',
  ']',
  '{',
  '}',
  ',',
  `${'['.repeat(500)}`,
  `${'a.'.repeat(500)}a`,
]

const OVERRIDE = { server: { port: 9000, name: 'x' }, admin: { hosts: ['a'], ratio: 1 } }

/** A package's default.toml and exports, and a configuration that overrides them, as TOML or JSON. */
export async function configuration(): Promise<Target> {
  const text = (name: string) =>
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(SERVICE[name]!) },
      { weight: 2, arbitrary: changedText(SERVICE[name]!, WORDS) },
    )
  const override = fc.oneof(
    fc.constant(undefined),
    changedJson(OVERRIDE, WORDS),
    changedText('[server]\nport = 9000\n', WORDS),
  )
  return {
    inputs: fc
      .record({
        'default.toml': text('default.toml'),
        EXPORTS: text('EXPORTS'),
        EXPOSES: text('EXPOSES'),
        override,
      })
      .map(texts => Buffer.from(JSON.stringify(texts))),
    async attempt(input) {
      const { override, ...texts } = JSON.parse(input.toString())
      await exportTexts({ ...SERVICE, ...texts }, override)
      return override === undefined ? 'exported' : 'exported with an override'
    },
  }
}
