import { permissionsOf, type HeldPermission } from '@tke/authz';

import { openSession } from '../cluster/session.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { actionsText } from '../output/actions.ts';
import { chainText, grantDocument } from '../output/explanation.ts';
import { table } from '../output/table.ts';
import { callerSubjects } from './caller.ts';
import { readBasis } from './read-basis.ts';
import { tenantOf } from './tenant.ts';

export const canI: Command = {
  name: 'can-i',
  usage: '--list --as <user> [--group g]... [--tenant t]',
  summary: 'All that a user may do, by project, with what is denied',
  options: {
    list: { type: 'boolean' },
    as: { type: 'string' },
    group: { type: 'string', multiple: true },
    tenant: { type: 'string' },
  },
  async run(args, context) {
    const user = args.value('as');
    if (!args.is('list') || user === undefined || args.positionals.length > 0) {
      throw cliErrors.UsageInvalid('can-i needs --list and --as <user>', {
        remedy: 'For one question, use kubectl tke why <user> <verb> <resource>.',
      });
    }
    await using session = await openSession(args);
    const basis = await readBasis(session, args, context, []);
    const tenant = tenantOf(args, basis);
    const subjects = callerSubjects(user, tenant, args.values('group'));
    const permissions = permissionsOf(basis.rules, subjects);
    const administrator = basis.tenants.tenant(tenant)?.administrators.has(user) === true;
    return {
      ok: administrator || permissions.some(({ effect }) => effect === 'allow'),
      document: {
        user,
        tenant,
        rulesAt: basis.revision,
        administrator,
        hubTenant: basis.hubTenants.has(tenant),
        permissions: permissions.map(({ held, ...permission }) => ({ ...permission, held: grantDocument(held) })),
      },
      lines: [
        ...(administrator
          ? [`${user} is an administrator of tenant ${tenant}: everything that no row below denies`]
          : []),
        ...(permissions.length === 0 ? ['nothing is granted by policies'] : permissionTable(permissions)),
        ceilingLine(tenant, basis.hubTenants.has(tenant)),
      ],
    };
  },
};

function permissionTable(permissions: readonly HeldPermission[]): readonly string[] {
  const rows = permissions.flatMap((permission) =>
    actionsText(permission.actions).map((actions) => [
      permission.effect,
      permission.domain === '*' ? 'all' : permission.domain,
      actions,
      permission.objects.join(', '),
      chainText(permission.held),
    ]),
  );
  return table(['EFFECT', 'PROJECT', 'ACTIONS', 'OBJECTS', 'HELD AS'], rows);
}

/** What policies give on the hub is less than what they say. */
function ceilingLine(tenant: string, isHubTenant: boolean): string {
  return isHubTenant
    ? 'On the hub: not in the namespaces of the platform, and outside of namespaces reads only, but objects of the tenant. Reserved verbs must be spelled out.'
    : `On the hub only objects of tenant ${tenant} in *.tkestack.io: --hub-tenants does not name it. Reserved verbs must be spelled out.`;
}
