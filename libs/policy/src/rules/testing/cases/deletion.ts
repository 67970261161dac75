import { describe, test } from '@jest/globals';

import { localGroup, policy, policyBinding, role, roleBinding, rule } from '@tke/api-auth';

import {
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
} from '../../../testing/objects.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** What is deleted takes its Rules with it. */
export function describeDeletion(platform: RunningPlatform): void {
  describe('deletion leaves no Rule behind', () => {
    test('of a policy, nor of what bound it', async () => {
      const { id, pol, pb, rol, usr, prj } = names();
      const project = `${pol}-prj`;
      await platform().apply(
        aPolicy(pol),
        aPolicy(project, { scope: 'project' }),
        anIdentity(usr, id),
        aRole(rol, { policies: [pol, project] }),
        aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
        aProjectPolicyBinding({ policyID: project, projectID: prj, users: [{ id: usr }] }),
      );
      const sources = [
        `Policy/${pol}`,
        `Policy/${project}`,
        `PolicyBinding/${pb}`,
        `ProjectPolicyBinding/${prj}-${project}`,
      ];
      await platform().untilRows(`Role/${rol}`, [`g ${rol} ${pol} *`, `g ${rol} ${project} *`]);
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
      await platform().untilRows(`ProjectPolicyBinding/${prj}-${project}`, [
        `g default##user##${id} ${project} ${prj}`,
      ]);
      await platform().remove(policy, pol);
      await platform().remove(policy, project);
      await platform().untilNoRows(...sources, `Role/${rol}`);
      await platform().untilReason(policyBinding, aPolicyBinding(pb, { policyID: pol }), 'PolicyNotFound');
      await platform().untilReason(role, aRole(rol), 'PolicyNotFound');
    });

    test('of a role and of a group', async () => {
      const { id, pol, rol, rlb, grp, usr } = names();
      await platform().apply(
        aPolicy(pol),
        anIdentity(usr, id),
        aGroup(grp, { users: [{ id: usr }] }),
        aRole(rol, { policies: [pol] }),
        aRoleBinding(rlb, { roleID: rol, groups: [{ id: grp }] }),
      );
      await platform().untilRows(`LocalGroup/${grp}`, [`g default##user##${id} default##group##${grp} *`]);
      await platform().untilRows(`RoleBinding/${rlb}`, [`g default##group##${grp} ${rol} *`]);
      await platform().remove(localGroup, grp);
      await platform().untilNoRows(`LocalGroup/${grp}`, `RoleBinding/${rlb}`);
      await platform().remove(role, rol);
      await platform().untilNoRows(`Role/${rol}`);
      await platform().untilReason(roleBinding, aRoleBinding(rlb, { roleID: rol }), 'RoleNotFound');
    });

    test('a deletion is not held up by Rules that lost their labels', async () => {
      const { pol } = names();
      await platform().apply(aPolicy(pol));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      await platform().stopManager();
      const { items } = await platform().admin.list(rule);
      const own = items.find(({ spec }) => spec.v0 === pol)!.metadata.name!;
      await platform().admin.patch(rule, { name: own }, { type: 'merge', body: { metadata: { labels: null } } });
      await platform().admin.delete(policy, { name: pol });
      await platform().startManager();
      await platform().untilNoRows(`Policy/${pol}`);
    });
  });
}
