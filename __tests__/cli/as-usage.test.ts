import { expect, test } from 'vitest'
import { asUsage } from '../../src/cli/as-usage.ts'
import { MesosizeError, UsageError } from '../../src/lib/errors.ts'

test.each([
  ['APP_NOT_JSON', true],
  ['HTTP_STATUS', false],
] as const)('an error with the code %s is a mistake in the command line: %s', async (code, isUsage) => {
  const error = new MesosizeError(code, 'x.json: is not valid JSON.')
  const thrown = await asUsage(['APP_NOT_JSON'], () => Promise.reject(error)).catch(each => each)
  expect(thrown instanceof UsageError).toBe(isUsage)
  expect(thrown.message).toBe('x.json: is not valid JSON.')
})
