import { expect, test } from '@jest/globals';

import { CodedError } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import { FakeClock } from '@tke/time';

import { testScope } from '../steps/testing/scope.ts';
import { MembershipCheck } from './membership-check.ts';

const { signal } = new AbortController();
const member = { cache: { list: () => [] } } as unknown as MemberCluster;

function check(error: Error) {
  const scope = { ...testScope(), session: () => Promise.reject(error) };
  return new MembershipCheck(new FakeClock()).check(member, scope, [], signal);
}

test('that etcd cannot be asked is told, that another process leads ends the pass', async () => {
  await expect(check(new Error('no answer'))).resolves.toMatchObject({ type: 'MembersAgree' });
  const error = new CodedError('LockSuperseded', { class: 'Retryable', remedy: '' }, 'held by another');
  await expect(check(error)).rejects.toBe(error);
});
