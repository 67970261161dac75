import type { Project } from '@tke/api-business';
import { callerOf, everyDomain, type Caller } from '@tke/authz';
import { isCoded } from '@tke/errors';
import { forEachConcurrently } from '@tke/runtime';

import { openSession, type Session } from '../cluster/session.ts';
import { ownIdentity, type Identity } from '../cluster/who-am-i.ts';
import type { Arguments, Command, CommandContext, Result } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { readProjects } from '../projects/read-projects.ts';
import { heldPolicies, roleOf } from '../projects/roles.ts';
import { serverRoleIn, type ServerRole } from '../projects/server-roles.ts';
import { userSpec } from './caller.ts';
import { meDocument, meLines, type Me, type MyProject } from './me-view.ts';
import { readBasis } from './read-basis.ts';
import { tenantOf } from './tenant.ts';

const questionsAtOnce = 8;

type TenantUser = Extract<Caller, { readonly kind: 'tenantUser' }>;

export const me: Command = {
  name: 'me',
  usage: '[project]... [--as <user> [--group g]... [--tenant t]]',
  summary: 'Who you are to the platform, and your roles in which projects',
  options: { as: { type: 'string' }, group: { type: 'string', multiple: true }, tenant: { type: 'string' } },
  async run(args, context) {
    await using session = await openSession(args);
    const as = args.value('as');
    if (as !== undefined) {
      return await fromRules(as, session, args, context);
    }
    const identity = await ownIdentity(session.client, context.signal);
    const caller = callerOf(identity);
    if (caller.kind !== 'tenantUser') {
      return ofNoTenant(identity, caller.reason);
    }
    try {
      return await fromRules(caller, session, args, context);
    } catch (error) {
      if (isCoded(error, 'RulesNotReadable')) {
        context.note('the rules may not be read with this kubeconfig: roles are what the server tells about you');
        return await fromServer(caller, session, args, context);
      }
      throw error;
    }
  },
};

/** RBAC decides on administrators of the platform, and on the system itself. */
function ofNoTenant({ user, groups }: Identity, reason: string): Result {
  return {
    ok: true,
    document: { user, groups, reason },
    lines: [`user ${user}: ${reason}`, 'RBAC alone decides what you may do; --as <user> tells of others.'],
  };
}

async function fromRules(
  who: string | TenantUser,
  { client, ...session }: Session,
  args: Arguments,
  context: CommandContext,
): Promise<Result> {
  const basis = await readBasis({ client, ...session }, args, context, []);
  const { tenant, user, subjects } = typeof who === 'string' ? named(who, tenantOf(args, basis), args) : who;
  const administrator = basis.tenants.tenant(tenant)?.administrators.has(user) === true;
  const held = heldPolicies(basis.rules, subjects);
  const projects = await readProjects(client, [], { signal: context.signal, tenant });
  const mine = projects.flatMap((project): MyProject[] => {
    const roles = (held.get(project.metadata.name ?? '') ?? []).map((policy) => roleOf(policy, tenant));
    return administrator || roles.length > 0 ? [{ project, roles }] : [];
  });
  const policies = held.get(everyDomain) ?? [];
  return answer({ user, tenant, administrator, from: 'rules', policies, projects: chosen(mine, args) });
}

function named(user: string, tenant: string, args: Arguments): TenantUser {
  const caller = callerOf(userSpec(user, tenant, args.values('group')));
  if (caller.kind !== 'tenantUser') {
    throw cliErrors.UsageInvalid(`--as is ${JSON.stringify(user)}: ${caller.reason}`);
  }
  return caller;
}

async function fromServer(
  { user, tenant }: TenantUser,
  { client }: Session,
  args: Arguments,
  { signal }: CommandContext,
): Promise<Result> {
  const projects = await readProjects(client, args.positionals, { signal, tenant });
  const told: { readonly project: Project; readonly role: ServerRole }[] = [];
  await forEachConcurrently(projects, questionsAtOnce, signal, async (project) => {
    const role = await serverRoleIn(client, { project: project.metadata.name ?? '', tenant }, signal);
    told.push({ project, role });
  });
  const administrator = told.some(({ role }) => role.kind === 'administrator') ? true : undefined;
  const mine = told.map(({ project, role }): MyProject => {
    const isOwner = project.spec.members?.includes(user) === true;
    const held = role.kind === 'policy' ? [roleOf(role.policy, tenant)] : [];
    return { project, roles: [...new Set([...(isOwner ? ['owner'] : []), ...held])] };
  });
  const listed = administrator === true ? mine : mine.filter(({ roles }) => roles.length > 0);
  return answer({ user, tenant, administrator, from: 'server', policies: undefined, projects: chosen(listed, args) });
}

function chosen(projects: readonly MyProject[], { positionals }: Arguments): readonly MyProject[] {
  return projects
    .filter(({ project }) => positionals.length === 0 || positionals.includes(project.metadata.name ?? ''))
    .toSorted((a, b) => ((a.project.metadata.name ?? '') < (b.project.metadata.name ?? '') ? -1 : 1));
}

function answer(about: Me): Result {
  return { ok: true, document: meDocument(about), lines: meLines(about) };
}
