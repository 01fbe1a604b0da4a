import { Version } from '@cyclonedx/cyclonedx-library/Spec'
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation'

/** What is wrong with a text as CycloneDX 1.6, by the published schema, which is in OWASP's library; null if nothing. */
export function cycloneDxProblems(text: string): Promise<unknown> {
  return new JsonStrictValidator(Version.v1dot6).validate(text)
}
