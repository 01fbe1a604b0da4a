import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/lib/errors.ts'
import { type GivenCredentials, readCredentials } from '../../../src/marathon/api/credentials.ts'
import { readServiceAccount } from '../../../src/marathon/api/service-account.ts'
import { ACCOUNT, secretOf } from './marathons.ts'

describe('readCredentials', () => {
  test.each<[GivenCredentials, object]>([
    [{}, { kind: 'none' }],
    [{ user: '', dcosToken: '' }, { kind: 'none' }],
    [{ fromUrl: 'Basic eDp5' }, { kind: 'basic', authorization: 'Basic eDp5' }],
    // RFC 7617's example.
    [
      { user: 'Aladdin', password: 'open sesame' },
      { kind: 'basic', authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
    ],
    [{ dcosToken: ' eyJhbGciOi.x.y\n' }, { kind: 'dcos-token', token: 'eyJhbGciOi.x.y' }],
    [{ dcosToken: 'token=abc' }, { kind: 'dcos-token', token: 'abc' }],
    [
      { dcosUser: 'ops', dcosPassword: 'pw' },
      { kind: 'dcos-user', uid: 'ops', password: 'pw' },
    ],
  ])('%j', (given, credentials) => {
    expect(readCredentials(given)).toEqual(credentials)
  })

  test('a service account', () => {
    expect(readCredentials({ dcosServiceAccount: secretOf() })).toMatchObject({
      kind: 'dcos-service-account',
      account: { uid: ACCOUNT.uid },
    })
  })

  test.each<[string, GivenCredentials, (string | RegExp)[]]>([
    [
      'two kinds at once',
      { user: 'a', password: 'hunter2', dcosToken: 'hunter3' },
      [
        'Credentials of 2 kinds are given: --marathon-user and --marathon-password; --dcos-token. Keep one of them.',
      ],
    ],
    [
      'a user that no server can know',
      { user: 'c:i', password: 'hunter2' },
      [/^--marathon-user: has a colon, which in basic authentication ends the name\. /],
    ],
    ['a user alone', { user: 'a' }, ['--marathon-user: also needs --marathon-password.']],
    ['a password alone', { dcosPassword: 'hunter2' }, ['--dcos-password: also needs --dcos-user.']],
    [
      'all of these at once',
      { fromUrl: 'Basic eDp5', password: 'hunter2', dcosToken: 'two words' },
      [
        /^Credentials of 3 kinds/,
        /^--marathon-password: also needs --marathon-user/,
        /^--dcos-token: has white space/,
      ],
    ],
  ])('refuses %s', (_name, given, problems) => {
    let thrown: unknown
    try {
      readCredentials(given)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(UsageError)
    const told = (thrown as UsageError).problems
    expect(told).toEqual(
      problems.map(problem => (problem instanceof RegExp ? expect.stringMatching(problem) : problem)),
    )
    expect(told.join()).not.toMatch(/hunter|two words/)
  })
})

describe('readServiceAccount', () => {
  test('takes a key whose line ends were escaped twice, and an endpoint', () => {
    const secret = secretOf({
      private_key: ACCOUNT.privateKey.replaceAll('\n', '\\n'),
      login_endpoint: 'https://leader.mesos/acs/api/v1/auth/login',
    })
    const account = readServiceAccount(secret, 'X')
    expect(account.key.asymmetricKeyType).toBe('rsa')
    expect(account.loginEndpoint?.host).toBe('leader.mesos')
  })

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  test.each([
    ['no JSON', 'hunter2', 'it is not valid JSON'],
    ['another JSON', '["hunter2"]', 'it is not a JSON object'],
    ['the key alone', ACCOUNT.privateKey, 'it is the private key alone'],
    ['no uid', secretOf({ uid: undefined }), 'uid is missing.'],
    ['a uid that is not text', secretOf({ uid: ['hunter2'] }), 'uid: is not the name of an account.'],
    ['another scheme', secretOf({ scheme: 'HS256' }), 'scheme: is not "RS256"'],
    ['no key', secretOf({ private_key: undefined }), 'private_key is missing.'],
    [
      'a key that is not one',
      secretOf({ private_key: ['hunter2'] }),
      'private_key: is not an unencrypted private key in PEM.',
    ],
    [
      'a key of another kind',
      secretOf({ private_key: ec.export({ type: 'pkcs8', format: 'pem' }) }),
      'private_key: is not an RSA key.',
    ],
    [
      'an endpoint that is not a URL',
      secretOf({ login_endpoint: 'hunter2.mesos' }),
      'login_endpoint: is not an http or https URL.',
    ],
    [
      'everything that is wrong at once',
      secretOf({ uid: '', login_endpoint: 5 }),
      'uid: is not the name of an account; login_endpoint: is not an http or https URL.',
    ],
  ])('refuses %s', (_name, text, problem) => {
    expect(() => readServiceAccount(text, 'DCOS_SERVICE_ACCOUNT')).toThrow(
      `DCOS_SERVICE_ACCOUNT: the secret cannot be used: ${problem}`,
    )
    expect(() => readServiceAccount(text, 'DCOS_SERVICE_ACCOUNT')).not.toThrow(/hunter|MII/)
  })
})
