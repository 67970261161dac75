import { describe, expect, test } from '@jest/globals';

import { customPolicyBinding, policy, policyBinding, projectPolicyBinding, role } from '@tke/api-auth';
import { project } from '@tke/api-business';
import { waitFor } from '@tke/envtest';

import {
  aCustomPolicyBinding,
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProject,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  statement,
} from '../../../testing/objects.ts';
import { timeoutMs } from '../../../testing/platform.ts';
import { names, type RunningPlatform } from '../running-platform.ts';

/** Rows from the first write of a binding to its end. */
export function describeBindingLife(platform: RunningPlatform): void {
  describe('the life of a binding', () => {
    test('rows appear, follow the spec, and go with it', async () => {
      const { id, pol, pb, usr, grp } = names();
      const binding = (spec: object) => aPolicyBinding(pb, { policyID: pol, ...spec });
      await platform().apply(aPolicy(pol), anIdentity(usr, id), aGroup(grp), binding({ users: [{ id: usr }] }));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##user##${id} ${pol} *`]);
      const ready = await platform().untilReason(policyBinding, binding({}), 'Succeeded');
      expect(ready.message).toBe('1 rule');

      await platform().apply(binding({ users: [], groups: [{ id: grp }] }));
      await platform().untilRows(`PolicyBinding/${pb}`, [`g default##group##${grp} ${pol} *`]);
      await platform().untilReason(policyBinding, binding({}), 'Succeeded');
      const { status } = await platform().admin.get(policyBinding, { name: pb });
      expect(status).toMatchObject({ rules: 1, phase: 'Active', groups: [{ id: grp, name: grp }] });
      expect(status?.users).toBeUndefined();

      await platform().remove(policyBinding, pb);
      expect(await platform().rowsOf(`PolicyBinding/${pb}`)).toEqual([]);
      expect(await platform().rowsOf(`Policy/${pol}`)).toHaveLength(1);
      expect(platform().events).toContainEqual({
        object: `PolicyBinding/${pb}`,
        type: 'Normal',
        reason: 'Succeeded',
        note: '1 rule',
      });
    });

    test('the policy shows whom its bindings reach', async () => {
      const { id, pol, pb, usr } = names();
      await platform().apply(
        aPolicy(pol),
        anIdentity(usr, id),
        aPolicyBinding(pb, { policyID: pol, users: [{ id: usr }] }),
      );
      const shown = async () => (await platform().admin.get(policy, { name: pol })).status?.users;
      expect(await waitFor(shown, { description: 'users in the status', timeoutMs })).toEqual([{ id: usr, name: id }]);
      await platform().remove(policyBinding, pb);
      await waitFor(async () => (await shown()) === undefined, { description: 'no users in the status', timeoutMs });
    });

    test('rows follow the statement of the policy', async () => {
      const { pol } = names();
      await platform().apply(aPolicy(pol, { statement: statement(['get*', 'list*'], ['pod:*']) }));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * pod:* get* allow`, `p ${pol} * pod:* list* allow`]);
      await platform().apply(aPolicy(pol, { statement: statement(['get*'], ['pod:*', 'secret:*'], 'deny') }));
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * pod:* get* deny`, `p ${pol} * secret:* get* deny`]);
    });

    test('two bindings of one row own a Rule each', async () => {
      const { id, pol, pb, usr } = names();
      const row = `g default##user##${id} ${pol} *`;
      const binding = (name: string) => aPolicyBinding(name, { policyID: pol, users: [{ id: usr }] });
      await platform().apply(aPolicy(pol), anIdentity(usr, id), binding(`${pb}-1`), binding(`${pb}-2`));
      await platform().untilRows(`PolicyBinding/${pb}-1`, [row]);
      await platform().untilRows(`PolicyBinding/${pb}-2`, [row]);
      await platform().remove(policyBinding, `${pb}-1`);
      expect(await platform().rowsOf(`PolicyBinding/${pb}-1`)).toEqual([]);
      expect(await platform().rowsOf(`PolicyBinding/${pb}-2`)).toEqual([row]);
    });

    test('a policy granted by a role alone has its rows', async () => {
      const { id, pol, rol, rlb, usr, prj } = names();
      await platform().apply(
        aPolicy(pol),
        anIdentity(usr, id),
        aRole(rol, { policies: [pol], projectID: prj }),
        aRoleBinding(rlb, { roleID: rol, users: [{ id: usr }] }),
      );
      await platform().untilRows(`Policy/${pol}`, [`p ${pol} * * get* allow`]);
      await platform().untilRows(`Role/${rol}`, [`g ${rol} ${pol} ${prj}`]);
      await platform().untilRows(`RoleBinding/${rlb}`, [`g default##user##${id} ${rol} ${prj}`]);
    });

    test('a project that is not there is told until it is, and again when it goes', async () => {
      const { pol, rol, usr, id, prj } = names();
      const binding = aProjectPolicyBinding({ policyID: pol, projectID: prj, users: [{ id: usr }] });
      const scoped = aRole(rol, { policies: [pol], projectID: prj });
      await platform().apply(aPolicy(pol, { scope: 'project' }), anIdentity(usr, id), binding, scoped);
      const rows = [`g default##user##${id} ${pol} ${prj}`];
      const missing = await platform().untilReason(projectPolicyBinding, binding, 'ProjectNotFound');
      expect(missing.message).toContain(`spec.projectID: Project ${prj} does not exist in tenant "default"`);
      await platform().untilReason(role, scoped, 'ProjectNotFound');
      const { status } = await platform().admin.get(projectPolicyBinding, { name: `${prj}-${pol}` });
      expect(status?.unresolved).toEqual([{ kind: 'Project', id: prj, reason: 'ProjectNotFound' }]);
      // Nothing has to be made anew when it comes.
      await platform().untilRows(`ProjectPolicyBinding/${prj}-${pol}`, rows);

      await platform().apply(aProject(prj));
      await platform().untilReason(projectPolicyBinding, binding, 'Succeeded');
      await platform().untilReason(role, scoped, 'Succeeded');
      await platform().remove(project, prj);
      await platform().untilReason(projectPolicyBinding, binding, 'ProjectNotFound');
      await platform().untilReason(role, scoped, 'ProjectNotFound');
      await platform().untilRows(`ProjectPolicyBinding/${prj}-${pol}`, rows);
    });

    test('a custom binding in a namespace follows its policy and leaves nothing', async () => {
      const { pol } = names();
      const binding = aCustomPolicyBinding('default', {
        policyID: pol,
        resources: ['chart:a'],
        users: [{ name: '*' }],
      });
      await platform().apply(aPolicy(pol, { statement: statement(['getChart'], ['-']) }), binding);
      const source = `CustomPolicyBinding/default/${pol}`;
      const link = `g default##user##* default-${pol} *`;
      await platform().untilRows(source, [`p default-${pol} * chart:a getChart allow`, link]);
      await platform().apply(aPolicy(pol, { statement: statement(['listCharts'], ['-']) }));
      await platform().untilRows(source, [`p default-${pol} * chart:a listCharts allow`, link]);
      await platform().remove(customPolicyBinding, pol, 'default');
      expect(await platform().rowsOf(source)).toEqual([]);
    });
  });
}
