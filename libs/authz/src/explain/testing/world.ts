import { setup } from '../../authorizer/testing/fixture.ts';
import { groupKey, userKey } from '../../rows/keys.ts';
import { everyDomain } from '../../rows/row.ts';

export const auth = 'auth.tkestack.io';
export const policies = { group: auth, plural: 'policies' };

/** The fixture of the authorizer, with more to explain, and short words to write rows with. */
export function world() {
  const fixture = setup();
  const { rules, tenants } = fixture;
  const allow = (policy: string, object: string, action: string, effect = 'allow') => {
    tenants.setOwner(policies, { name: policy }, 't');
    const name = `p-${policy}-${object}-${action}`;
    rules.upsert(name, { ptype: 'p', v0: policy, v1: '*', v2: object, v3: action, v4: effect }, `Policy/${policy}`);
  };
  const link = (member: string, role: string, domain = everyDomain) =>
    rules.upsert(`g-${member}-${role}-${domain}`, { ptype: 'g', v0: member, v1: role, v2: domain }, `Binding/${role}`);
  return {
    ...fixture,
    allow,
    deny: (policy: string, object: string, action: string) => allow(policy, object, action, 'deny'),
    link,
    user: (name: string) => userKey('t', name),
    group: (name: string) => groupKey('t', name),
  };
}
