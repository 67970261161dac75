import { describe, expect, test } from '@jest/globals';

import { identityProvider, localGroup, policyBinding, projectPolicyBinding, role, roleBinding } from '@tke/api-auth';
import { waitFor } from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import {
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProject,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  aTenant,
} from '../../../testing/objects.ts';
import { timeoutMs } from '../../../testing/platform.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** What admission would have refused or put in order. */
export function describeWithoutWebhooks(platform: RunningPlatform): void {
  describe('without webhooks', () => {
    test('whatever order objects come in, all is granted in the end', async () => {
      const { id, pol, pb, rol, rlb, grp, usr, prj } = names();
      const tenant = id.slice(0, 30).replace(/-$/, 'x');
      const of = { tenantID: tenant };
      const objects: KubeObject[] = [
        aPolicyBinding(pb, { ...of, policyID: pol, users: [{ id: usr }], groups: [{ id: grp }] }),
        aRoleBinding(rlb, { ...of, roleID: rol, groups: [{ id: grp }] }),
        aProjectPolicyBinding({ ...of, policyID: `${pol}-p`, projectID: prj, groups: [{ id: grp }] }),
        aRole(rol, { ...of, policies: [pol, `${pol}-p`] }),
        aGroup(grp, { ...of, users: [{ name: 'alice' }] }),
        anIdentity(usr, 'alice', of),
        aPolicy(pol, of),
        aPolicy(`${pol}-p`, { ...of, scope: 'project' }),
        aTenant(tenant),
        aProject(prj, of),
      ];
      for (const object of objects) {
        await platform().apply(object);
      }
      await platform().untilRows(`PolicyBinding/${pb}`, [
        `g ${tenant}##group##${grp} ${pol} *`,
        `g ${tenant}##user##alice ${pol} *`,
      ]);
      await platform().untilRows(`RoleBinding/${rlb}`, [`g ${tenant}##group##${grp} ${rol} *`]);
      await platform().untilRows(`ProjectPolicyBinding/${prj}-${pol}-p`, [
        `g ${tenant}##group##${grp} ${pol}-p ${prj}`,
      ]);
      await platform().untilRows(`Role/${rol}`, [`g ${rol} ${pol} *`, `g ${rol} ${pol}-p *`]);
      await platform().untilRows(`LocalGroup/${grp}`, [`g ${tenant}##user##alice ${tenant}##group##${grp} *`]);
      await platform().untilReason(policyBinding, objects[0]!, 'Succeeded');
      await platform().untilReason(roleBinding, objects[1]!, 'Succeeded');
      await platform().untilReason(projectPolicyBinding, objects[2]!, 'Succeeded');
      await platform().untilReason(role, objects[3]!, 'Succeeded');
      await platform().untilReason(localGroup, objects[4]!, 'Succeeded');
      await platform().remove(identityProvider, tenant);
      await platform().untilNoRows(`PolicyBinding/${pb}`, `RoleBinding/${rlb}`, `LocalGroup/${grp}`);
      await platform().untilReason(policyBinding, objects[0]!, 'TenantNotFound');
    });

    test('a tenant that moves to a directory trusts the names its bindings give', async () => {
      const { id, pol, pb } = names();
      const tenant = id.slice(0, 30).replace(/-$/, 'x');
      const binding = aPolicyBinding(pb, { tenantID: tenant, policyID: pol, users: [{ id: 'uid-1', name: 'carol' }] });
      await platform().apply(aTenant(tenant), aPolicy(pol, { tenantID: tenant }), binding);
      await platform().untilReason(policyBinding, binding, 'SubjectNotFound');
      await platform().apply(aTenant(tenant, 'ldap'));
      await platform().untilRows(`PolicyBinding/${pb}`, [`g ${tenant}##user##carol ${pol} *`]);
      await platform().apply(aTenant(tenant, 'local'));
      await platform().untilNoRows(`PolicyBinding/${pb}`);
      await platform().admin.delete(identityProvider, { name: tenant });
    });

    test('a reference to another tenant is refused in the status, with everything that is wrong', async () => {
      const { id, pol, pb, usr } = names();
      const tenant = id.slice(0, 30).replace(/-$/, 'x');
      const binding = aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }, { id: 'usr-nobody' }] });
      await platform().apply(
        aTenant(tenant),
        aPolicy(pol, { tenantID: tenant }),
        anIdentity(usr, id, { tenantID: tenant }),
        binding,
      );
      const { message } = await platform().untilReason(policyBinding, binding, 'TenantMismatch');
      expect(message).toMatch(/spec\.policyID/);
      expect(message).toMatch(/spec\.users\[0\]/);
      expect(message).toMatch(/usr-nobody/);
      expect(await platform().rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
      const { status } = await platform().admin.get(policyBinding, { name: pb });
      expect(status?.conditions?.map(({ type, status: is }) => `${type} ${is}`)).toEqual([
        'Reconciling False',
        'Stalled True',
        'Ready False',
      ]);
      // Told when the answer to the write of the status has come.
      const wanted = { object: `PolicyBinding/${pb}`, type: 'Warning', reason: 'TenantMismatch' };
      const isTold = () => {
        expect(platform().events).toContainEqual(expect.objectContaining(wanted));
        return true;
      };
      await waitFor(isTold, { description: 'an event tells it', timeoutMs });
    });
  });
}
