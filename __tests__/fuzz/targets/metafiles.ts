import fc from 'fast-check'
import { changedText } from '../../testkit/mutations/text.ts'
import type { Target } from '../target.ts'
import { exportTexts, IDENT, SERVICE, type Texts } from './exporting.ts'

const WORDS: readonly string[] = [
  IDENT,
  'core/glibc/2.35/20240101000000',
  'core/glibc',
  'core/../x/20240101000000',
  'acme/my-web/1.0/99999999999999',
  'x86_64-windows',
  '/hab/pkgs/',
  `/hab/pkgs/${IDENT}/../../bin`,
  'root',
  'nobody',
  'hab:x:0:0',
  'server.port',
  'server.__proto__.port',
  'native',
  '999999999',
]

/** Metafiles of which some are changed, missing or exchanged. */
export async function metafiles(): Promise<Target> {
  const names = Object.keys(SERVICE)
  const change = fc
    .constantFrom(...names)
    .chain(name =>
      fc
        .oneof(
          { weight: 6, arbitrary: changedText(SERVICE[name]!, WORDS) },
          { weight: 1, arbitrary: fc.constantFrom(...names).map(other => SERVICE[other]!) },
          { weight: 1, arbitrary: fc.constant(undefined) },
        )
        .map(text => [name, text] as const),
    )
  return {
    inputs: fc
      .array(change, { minLength: 1, maxLength: 3 })
      .map(changes => Buffer.from(JSON.stringify({ ...SERVICE, ...Object.fromEntries(changes) }))),
    async attempt(input) {
      const texts: Texts = JSON.parse(input.toString())
      await exportTexts(texts, undefined)
      return 'exported'
    },
  }
}
