import { describe, expect, test } from '@jest/globals';

import { identityProvider, localIdentity, policy, policyBinding } from '@tke/api-auth';

import { anIdentity, aPolicy, aPolicyBinding, aTenant } from '../../../testing/objects.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** Whom a binding reaches as users come, go and change. */
export function describeUsers(platform: RunningPlatform): void {
  describe('users', () => {
    test('one that is re-created under the same name does not get the old grants', async () => {
      const { id, pol, pb, usr } = names();
      const binding = aPolicyBinding(pb, { policyID: pol, users: [{ id: usr, name: id }] });
      await platform().apply(aPolicy(pol), anIdentity(usr, id), binding);
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
      await platform().remove(localIdentity, usr);
      await platform().untilNoRows(`PolicyBinding/${pb}`);
      await platform().apply(anIdentity(`${usr}-again`, id));
      await platform().untilReason(localIdentity, anIdentity(`${usr}-again`, id), 'Succeeded');
      await platform().untilReason(policyBinding, binding, 'SubjectNotFound');
      expect(await platform().rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
      const { status } = await platform().admin.get(policyBinding, { name: pb });
      expect(status?.unresolved).toEqual([{ kind: 'User', id: usr, reason: 'SubjectNotFound' }]);
    });

    test('a new name for an id is followed, unless the binding says another', async () => {
      const { id, pol, pb, usr } = names();
      await platform().apply(
        aPolicy(pol),
        anIdentity(usr, id),
        aPolicyBinding(`${pb}-id`, { policyID: pol, users: [{ id: usr }] }),
        aPolicyBinding(`${pb}-both`, { policyID: pol, users: [{ id: usr, name: id }] }),
      );
      await platform().untilRows(`PolicyBinding/${pb}-both`, [`g default##user##${id} ${pol} *`]);
      await platform().admin.delete(localIdentity, { name: usr });
      await platform().apply(anIdentity(usr, `${id}-new`));
      await platform().untilRows(`PolicyBinding/${pb}-id`, [`g default##user##${id}-new ${pol} *`]);
      await platform().untilNoRows(`PolicyBinding/${pb}-both`);
      await platform().untilReason(policyBinding, aPolicyBinding(`${pb}-both`, { policyID: pol }), 'SubjectMismatch');
    });

    test('the second to claim a user name is told, and follows when the first goes', async () => {
      const { id, pol, pb, usr } = names();
      const [first, second] = [anIdentity(`${usr}-1`, id), anIdentity(`${usr}-2`, id)];
      await platform().apply(first);
      await platform().untilReason(localIdentity, first, 'Succeeded');
      await platform().apply(aPolicy(pol), second, aPolicyBinding(pb, { policyID: pol, users: [{ id: `${usr}-2` }] }));
      await platform().untilReason(localIdentity, second, 'UsernameTaken');
      await platform().untilReason(policyBinding, aPolicyBinding(pb, { policyID: pol }), 'UsernameTaken');
      await platform().remove(localIdentity, `${usr}-1`);
      await platform().untilReason(localIdentity, second, 'Succeeded');
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
    });

    test('of a tenant that is not there are told so, as its policies are, until it is', async () => {
      const { id, pol, usr } = names();
      const tenantID = id.slice(0, 30).replace(/-$/, 'x');
      const [user, held] = [anIdentity(usr, id, { tenantID }), aPolicy(pol, { tenantID })];
      await platform().apply(user, held);
      const { message } = await platform().untilReason(localIdentity, user, 'TenantNotFound');
      expect(message).toContain(`spec.tenantID: IdentityProvider ${tenantID} does not exist`);
      await platform().untilReason(policy, held, 'TenantNotFound');
      await platform().apply(aTenant(tenantID));
      await platform().untilReason(localIdentity, user, 'Succeeded');
      await platform().untilReason(policy, held, 'Succeeded');
      await platform().remove(identityProvider, tenantID);
      await platform().untilReason(localIdentity, user, 'TenantNotFound');
      await platform().untilReason(policy, held, 'TenantNotFound');
    });

    test('a password in clear is pointed out without being repeated', async () => {
      const { id, usr } = names();
      const hashedPassword = Buffer.from('open-sesame').toString('base64');
      await platform().apply(anIdentity(usr, id, { hashedPassword }));
      await platform().untilReason(localIdentity, anIdentity(usr, id), 'Succeeded');
      const { status } = await platform().admin.get(localIdentity, { name: usr });
      expect(status?.conditions).toContainEqual(
        expect.objectContaining({ type: 'PlaintextPassword', status: 'True', reason: 'NotHashed' }),
      );
      expect(JSON.stringify(status)).not.toContain('open-sesame');
    });
  });
}
