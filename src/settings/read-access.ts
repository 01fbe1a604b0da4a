import type { NonEmpty } from '../lib/in-turn.ts'
import { setting } from '../lib/setting.ts'
import { type Credentials, readCredentials } from '../marathon/api/credentials.ts'
import { ACCESS } from './rows/marathon.ts'
import { nameOf, type ValuesOf } from './setting.ts'
import type { SettingValues } from './setting-values.ts'

/** Where Marathon is, and the credentials for it. */
export interface MarathonAccess {
  /** The base URLs of its masters. */
  urls: NonEmpty<URL>
  credentials: Credentials
  /** Certificates in PEM. */
  ca?: string
}

/** Stands in for an address with a problem. */
const NOWHERE = [new URL('http://marathon.invalid')] as const

/**
 * Reads how to reach Marathon; do not use the result if `values` has problems afterwards.
 * @param rows the settings that apply
 * @param hint why there may be no address, a full sentence
 */
export async function readAccess(
  values: SettingValues,
  rows: Partial<typeof ACCESS> = ACCESS,
  hint = '',
): Promise<MarathonAccess> {
  const { address, ca, ...given }: Partial<ValuesOf<typeof ACCESS>> = await values.read(rows)
  if (values.given(ACCESS.address).length === 0) {
    values.problem(
      `${setting('marathon')}: no Marathon address given. ${hint || `Write ${setting('marathon', 'https://cluster.example.com/service/marathon')}, or set MARATHON_URL.`}`,
    )
  }
  const sources = new Map(
    Object.values(ACCESS).map(row => [nameOf(row), values.given(row)[0]?.source ?? setting(nameOf(row))]),
  )
  const credentials = await values.attempt(() =>
    readCredentials({ ...given, fromUrl: address?.authorization }, name => sources.get(name)!),
  )
  return { urls: address?.urls ?? NOWHERE, credentials: credentials ?? { kind: 'none' }, ca }
}
