import { whoCan, type Asked, type Grantee, type TenantGrantees } from '@tke/authz';

import { askedOf } from '../cluster/asked.ts';
import type { ReadBasis } from '../cluster/basis.ts';
import { openSession } from '../cluster/session.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { questionOptions, questionUsage, remedyFor } from '../options.ts';
import { chainText, grantDocument, objectionDocument, originOf } from '../output/explanation.ts';
import { table } from '../output/table.ts';
import { readBasis, withProject } from './read-basis.ts';
import { tenantOf } from './tenant.ts';

export const whoCanCommand: Command = {
  name: 'who-can',
  usage: `<verb> <resource>[/name] ${questionUsage} [--tenant t]`,
  summary: 'Users and groups that may do it, and by which policy',
  options: { ...questionOptions, tenant: { type: 'string' } },
  async run(args, context) {
    const [verb, target, ...more] = args.positionals;
    if (verb === undefined || target === undefined || more.length > 0) {
      throw cliErrors.UsageInvalid('who-can takes a verb and a resource', remedyFor(target, more));
    }
    await using session = await openSession(args);
    const asked = await askedOf(verb, target, args, session, context);
    const cluster = args.value('cluster');
    const read = await readBasis(session, args, context, [{ spec: asked, cluster }]);
    const tenants = args.value('tenant') === undefined ? read.tenantNames : [tenantOf(args, read)];
    const basis = withProject(read, args.value('project'));
    const found = tenants.flatMap((tenant) =>
      whoCan(basis, [tenant], ofTenant(asked, tenant, basis), cluster === undefined ? {} : { cluster }),
    );
    return {
      ok: found.some(({ grantees }) => grantees.length > 0),
      document: { ...asked, cluster, rulesAt: read.revision, tenants: found.map(tenantDocument) },
      lines: whoCanLines(found),
    };
  },
};

/** Users of a tenant list what belongs to tenants by naming theirs: so it is understood where nothing is selected. */
function ofTenant(asked: Asked, tenant: string, { tenants }: ReadBasis): Asked {
  const { resourceAttributes: attributes } = asked;
  const { group = '', resource: plural = '', verb = '', fieldSelector } = attributes ?? {};
  const isSelected = fieldSelector !== undefined || !['list', 'watch', 'deletecollection'].includes(verb);
  if (attributes === undefined || isSelected || tenants.ownership({ group, plural }) !== 'tenant') {
    return asked;
  }
  const own = { key: 'spec.tenantID', operator: 'In', values: [tenant] };
  return { resourceAttributes: { ...attributes, fieldSelector: [own] } };
}

function tenantDocument({ tenant, objection, grantees }: TenantGrantees): object {
  return {
    tenant,
    objection: objectionDocument(objection),
    grantees: grantees.map((grantee) =>
      grantee.kind === 'administrator'
        ? grantee
        : { kind: grantee.kind, name: grantee.name, except: grantee.except, by: grantDocument(grantee.by) },
    ),
  };
}

function whoCanLines(found: readonly TenantGrantees[]): readonly string[] {
  const rows = found.flatMap(({ tenant, grantees }) => grantees.map((grantee) => rowOf(tenant, grantee)));
  const objections = found.flatMap(({ tenant, objection }) =>
    objection === undefined ? [] : [`nobody of tenant ${tenant}: ${objection.verdict.reason}`],
  );
  return [
    ...(rows.length === 0 ? ['nobody'] : table(['TENANT', 'WHO', 'POLICY', 'HELD AS', 'FROM'], rows)),
    ...objections,
  ];
}

function rowOf(tenant: string, grantee: Grantee): readonly string[] {
  if (grantee.kind === 'administrator') {
    return [tenant, `user ${grantee.name}`, '', 'administrator of the tenant', `IdentityProvider/${tenant}`];
  }
  const { kind, name, by, except } = grantee;
  const without = except.length === 0 ? '' : ` (not ${except.join(', ')}: denied)`;
  const [link] = by.path;
  const who = `${kind} ${name}`.trim();
  return [tenant, `${who}${without}`, by.rule.policy, chainText(by), originOf(link ?? by.rule)];
}
