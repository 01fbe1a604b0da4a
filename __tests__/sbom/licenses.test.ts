import { LicenseExpression, NamedLicense, SpdxLicense } from '@cyclonedx/cyclonedx-library/Models'
import { expect, test } from 'vitest'
import { declaredLicenses } from '../../src/sbom/licenses.ts'

test.each<[string, string[]]>([
  ['Apache-2.0', ['id Apache-2.0']],
  ['apache-2.0', ['id Apache-2.0']],
  // Deprecated in SPDX's list, but on it.
  ['GPL-2.0', ['id GPL-2.0']],
  ['Apache-2.0 MIT MIT', ['id Apache-2.0', 'id MIT']],
  ['Apache-2.0 OR MIT', ['expression Apache-2.0 OR MIT']],
  ['(MIT AND Zlib)', ['expression (MIT AND Zlib)']],
  ['GPL-2.0-only WITH Classpath-exception-2.0', ['expression GPL-2.0-only WITH Classpath-exception-2.0']],
  ['LicenseRef-Acme', ['expression LicenseRef-Acme']],
  ['Apache License, Version 2.0', ['name Apache License, Version 2.0']],
  ['MIT BSD 3-clause', ['name MIT BSD 3-clause']],
  ['Apache-2.0 OR Acme', ['name Apache-2.0 OR Acme']],
  ['__proto__', ['name __proto__']],
  ['constructor', ['name constructor']],
  ['[MIT](javascript:alert(1)) <b>', ['name [MIT](javascript:alert(1)) <b>']],
  [`${'('.repeat(500)}MIT`, [`name ${'('.repeat(500)}MIT`]],
])('%j', (text, expected) => {
  const licenses = [...declaredLicenses(text)]
  const described = licenses.map(license =>
    license instanceof SpdxLicense
      ? `id ${license.id}`
      : license instanceof LicenseExpression
        ? `expression ${license.expression}`
        : license instanceof NamedLicense && `name ${license.name}`,
  )
  expect(described).toEqual(expected)
  expect(licenses.every(({ acknowledgement }) => acknowledgement === 'declared')).toBe(true)
})
