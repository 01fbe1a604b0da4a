import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License'
import { LicenseAcknowledgement } from '@cyclonedx/cyclonedx-library/Enums'
import { type LicenseExpression, LicenseRepository } from '@cyclonedx/cyclonedx-library/Models'
import { fixupSpdxId, isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX'
import parseSpdxExpression from 'spdx-expression-parse'

const factory = new Factories.LicenseFactory(parseSpdxExpression)

/**
 * The licences that a plan declares: each by its SPDX id if all have one, as an SPDX expression if the text is one,
 * else by the text as a name.
 * @param text `pkg_license`, with blanks between several
 */
export function declaredLicenses(text: string): LicenseRepository {
  const ids = [...new Set(text.split(' '))].map(spdxIdOf)
  // Where only some are ids, nobody knows which words belong together: "Apache-2.0 BSD 3-clause".
  const licenses = ids.every(id => id !== undefined)
    ? ids.map(id => factory.makeSpdxLicense(id))
    : [expressionOf(text) ?? factory.makeNamedLicense(text)]
  for (const license of licenses) license.acknowledgement = LicenseAcknowledgement.Declared
  return new LicenseRepository(licenses)
}

/** In the spelling of SPDX's list. */
function spdxIdOf(text: string): string | undefined {
  const id = fixupSpdxId(text)
  // It also finds what all objects have, such as "constructor".
  return isSupportedSpdxId(id) ? id : undefined
}

function expressionOf(text: string): LicenseExpression | undefined {
  try {
    return factory.makeExpression(text)
  } catch {
    return undefined
  }
}
