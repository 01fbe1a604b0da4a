import { javaRegexProblem } from '../java-regex.ts'
import type { Volume } from '../shapes/volumes.ts'
import { cluster, refused } from './problem.ts'
import { items, rule } from './rule.ts'

// container.volumes (api/v2/validation/AppValidation.scala).

export const VOLUME_RULES = [
  rule(['container', 'secrets'], function* ({ container, secrets = {} }) {
    for (const [index, volume] of items(container?.volumes)) {
      const at = `container.volumes[${index}]`
      if (volume.persistent) yield* persistentProblems(at, volume, volume.persistent)
      if (volume.external) {
        yield cluster(
          `${at}.external`,
          undefined,
          'needs a Marathon that runs with --enable_features external_volumes',
        )
      }
      if (volume.secret !== undefined) {
        if (!Object.hasOwn(secrets, volume.secret)) {
          yield refused(`${at}.secret`, volume.secret, 'is not among the app\'s "secrets": add it there')
        }
        yield cluster(
          `${at}.secret`,
          volume.secret,
          'needs a Marathon that runs with --enable_features secrets',
        )
      }
    }
  }),
]

function* persistentProblems(
  at: string,
  { containerPath, mode }: Volume,
  volume: NonNullable<Volume['persistent']>,
) {
  if (/^\.{1,2}$|\//.test(containerPath)) {
    yield refused(
      `${at}.containerPath`,
      containerPath,
      'must be the name of a directory in the sandbox, such as "data"',
    )
  }
  if (mode !== 'RW') yield refused(`${at}.mode`, mode, 'must be "RW" for a persistent volume')
  const { size, maxSize, type = 'root', constraints = [] } = volume
  if (size === 0) yield refused(`${at}.persistent.size`, size, 'must be at least 1, in MiB')
  if (maxSize !== undefined && type !== 'mount') {
    yield refused(`${at}.persistent.maxSize`, maxSize, 'is only for volumes of the type "mount": remove it')
  }
  if (maxSize !== undefined && maxSize <= size) {
    yield refused(`${at}.persistent.maxSize`, maxSize, `must be more than the size, which is ${size}`)
  }
  if (constraints.length > 0 && type === 'root') {
    yield refused(
      `${at}.persistent.constraints`,
      undefined,
      'cannot be given to a volume of the type "root": remove them',
    )
  }
  for (const [index, constraint] of constraints.entries()) {
    const [field, operator, regex] = constraint
    const isOne = field === 'path' && (operator === 'LIKE' || operator === 'UNLIKE') && regex !== undefined
    if (!isOne || javaRegexProblem(regex)) {
      yield refused(
        `${at}.persistent.constraints[${index}]`,
        constraint,
        'must be "path", "LIKE" or "UNLIKE", and a Java regular expression, such as ["path", "LIKE", "/ssd.*"]',
      )
    }
  }
}
