import { describe, expect, test } from '@jest/globals';

import { validate } from '@tke/crd/validate';

import { localIdentity, type LocalIdentity } from './local-identity.ts';

function problems(change: Partial<LocalIdentity['spec']>): readonly string[] {
  const spec = { username: 'alice', displayName: 'Alice', ...change };
  return validate(localIdentity, { apiVersion: 'auth.tkestack.io/v1', kind: 'LocalIdentity', metadata: {}, spec }).map(
    ({ field }) => field,
  );
}

describe('LocalIdentity', () => {
  test.each([
    {},
    { email: '', phoneNumber: '' },
    { email: 'a.b+c@mail.example.technology' },
    { phoneNumber: '19912345678' },
  ])('takes %j', (change) => expect(problems(change)).toEqual([]));

  test.each<[Partial<LocalIdentity['spec']>, string]>([
    [{ username: 'al' }, 'spec.username'],
    [{ username: 'Alice' }, 'spec.username'],
    [{ username: 'alice-' }, 'spec.username'],
    [{ username: 'a'.repeat(33) }, 'spec.username'],
    [{ username: 'a##group##b' }, 'spec.username'],
    [{ email: 'alice' }, 'spec.email'],
    [{ email: 'alice@host' }, 'spec.email'],
    [{ phoneNumber: '12345678901' }, 'spec.phoneNumber'],
    [{ phoneNumber: '1|345678901' }, 'spec.phoneNumber'],
    [{ hashedPassword: 'not base64!' }, 'spec.hashedPassword'],
  ])('refuses %j', (change, field) => expect([...new Set(problems(change))]).toEqual([field]));
});
