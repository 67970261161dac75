import { roleOfPolicy } from '@tke/api-auth';
import type { Portal } from '@tke/api-business';
import { callerOf, everyDomain, heldPolicies, WorkBudget } from '@tke/authz';

import { openSession, type Session } from '../cluster/session.ts';
import type { Arguments, Command, CommandContext } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { ownPortal } from '../projects/own-portal.ts';
import { readProjects } from '../projects/read-projects.ts';
import { userSpec } from './caller.ts';
import { meLines, type Me, type MyProject } from './me-view.ts';
import { readBasis } from './read-basis.ts';
import { tenantOf } from './tenant.ts';

export const me: Command = {
  name: 'me',
  usage: '[project]... [--as <user> [--group g]... [--tenant t]]',
  summary: 'Who you are to the platform, and your roles in which projects',
  options: { as: { type: 'string' }, group: { type: 'string', multiple: true }, tenant: { type: 'string' } },
  async run(args, context) {
    await using session = await openSession(args);
    const as = args.value('as');
    const about =
      as === undefined
        ? asTold(await ownPortal(session.client, context.signal))
        : await fromRules(as, session, args, context);
    const shown = about.tenant === undefined ? about : { ...about, projects: chosen(about, args) };
    return { ok: true, document: shown, lines: meLines(shown) };
  },
};

/** The part of an answer of the server. */
function asTold(told: Portal): Me {
  const { user = '', tenantID: tenant, administrator = false, policies = [], projects = {}, more = 0 } = told;
  if (tenant === undefined) {
    return { user, tenant, reason: told.reason ?? '' };
  }
  const mine = Object.entries(projects).map(([name, displayName]): MyProject => {
    const { phase, parent } = told.extension?.[name] ?? {};
    return { name, displayName, roles: told.roles?.[name] ?? [], phase, parent };
  });
  return { user, tenant, administrator, policies, projects: mine, more };
}

/** Somebody else, from the rules: as whom we do not ask the server. */
async function fromRules(
  as: string,
  { client, ...session }: Session,
  args: Arguments,
  context: CommandContext,
): Promise<Me> {
  const basis = await readBasis({ client, ...session }, args, context, []);
  const caller = callerOf(userSpec(as, tenantOf(args, basis), args.values('group')));
  if (caller.kind !== 'tenantUser') {
    throw cliErrors.UsageInvalid(`--as is ${JSON.stringify(as)}: ${caller.reason}`);
  }
  const { tenant, user, subjects } = caller;
  const administrator = basis.tenants.tenant(tenant)?.administrators.has(user) === true;
  const held = heldPolicies(basis.rules, subjects, new WorkBudget(Infinity));
  const projects = await readProjects(client, [], { ...context, tenant });
  const mine = projects.flatMap(({ metadata: { name = '' }, spec, status }): MyProject[] => {
    const roles = (held.get(name) ?? []).map((policy) => roleOfPolicy(policy, tenant));
    const { displayName, parentProjectName: parent } = spec;
    return administrator || roles.length > 0 ? [{ name, displayName, roles, phase: status?.phase, parent }] : [];
  });
  return { user, tenant, administrator, policies: held.get(everyDomain) ?? [], projects: mine, more: 0 };
}

/** @throws ProjectNotFound for one that is not among them. */
function chosen({ projects, more }: Extract<Me, { tenant: string }>, { positionals }: Arguments): readonly MyProject[] {
  const unknown = positionals.filter((name) => !projects.some((project) => project.name === name));
  if (unknown.length > 0) {
    const among = more === 0 ? '' : ` among the first ${projects.length}, which are all that is told`;
    throw cliErrors.ProjectNotFound(`no part in a Project ${unknown.join(', ')}${among}`);
  }
  return projects
    .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
