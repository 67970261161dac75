import { callerOf } from '@tke/authz';

import { openSession } from '../cluster/session.ts';
import { ownIdentity } from '../cluster/who-am-i.ts';
import type { Command } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { inCluster, quotaTrees } from '../projects/quota-tree.ts';
import { readNamespaces, readProjects } from '../projects/read-projects.ts';
import { quotaDocument, quotaLines } from './quota-view.ts';

export const quota: Command = {
  name: 'quota',
  usage: '[project] [--cluster c] [--tenant t]',
  summary: 'The tree of projects, and what each has, has handed on, and has left in each cluster',
  options: { cluster: { type: 'string' }, tenant: { type: 'string' } },
  async run(args, context) {
    const { signal } = context;
    const [root, ...more] = args.positionals;
    if (more.length > 0) {
      throw cliErrors.UsageInvalid('quota takes one project at most');
    }
    await using session = await openSession(args);
    const { client } = session;
    const caller = callerOf(await ownIdentity(client, signal));
    const tenant = args.value('tenant') ?? (caller.kind === 'tenantUser' ? caller.tenant : undefined);
    const projects = await readProjects(client, root === undefined ? [] : [root], { ...context, tenant });
    const { namespaces, hidden } = await readNamespaces(client, projects, { signal, tenant });
    if (hidden.length > 0) {
      context.note(`may not list the Namespaces of ${hidden.join(', ')}: they are not shown`);
    }
    const trees = quotaTrees({ projects, namespaces }, root);
    if (root !== undefined && trees.length === 0) {
      throw cliErrors.ProjectNotFound(`there is no Project ${root}`);
    }
    const cluster = args.value('cluster');
    const shown = cluster === undefined ? trees : inCluster(trees, cluster);
    return { ok: true, document: { tenant, cluster, projects: shown.map(quotaDocument) }, lines: quotaLines(shown) };
  },
};
