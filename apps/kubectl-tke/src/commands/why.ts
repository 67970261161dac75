import { explainReview, type Asked, type PolicyRule, type ReviewExplanation, type RoleLink } from '@tke/authz';
import { isCoded } from '@tke/errors';
import type { SubjectAccessReviewSpec } from '@tke/meta';

import { askedOf } from '../cluster/asked.ts';
import type { ReadBasis } from '../cluster/basis.ts';
import { openSession, type Session } from '../cluster/session.ts';
import { askServer, ownName } from '../cluster/who-am-i.ts';
import type { Arguments, Command, CommandContext, Result } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { questionOptions, questionUsage, remedyFor } from '../options.ts';
import { userSpec } from './caller.ts';
import { readBasis, withProject } from './read-basis.ts';
import { tenantOf } from './tenant.ts';
import { whyDocument, whyLines } from './why-view.ts';

export const why: Command = {
  name: 'why',
  usage: `<user> <verb> <resource>[/name] ${questionUsage} [--group g]... [--tenant t]`,
  summary: 'Whether a user may do it, and which bindings, roles, policies and rows say so',
  options: { ...questionOptions, group: { type: 'string', multiple: true }, tenant: { type: 'string' } },
  async run(args, context) {
    const [user, verb, target, ...more] = args.positionals;
    if (user === undefined || verb === undefined || target === undefined || more.length > 0) {
      throw cliErrors.UsageInvalid('why takes a user, a verb and a resource', remedyFor(target, more));
    }
    await using session = await openSession(args);
    const asked = await askedOf(verb, target, args, session, context);
    try {
      return await fromRules(user, asked, session, args, context);
    } catch (error) {
      if (isCoded(error, 'RulesNotReadable')) {
        return await fromServer(user, asked, session, { args, context, error });
      }
      throw error;
    }
  },
};

async function fromRules(
  user: string,
  asked: Asked,
  session: Session,
  args: Arguments,
  context: CommandContext,
): Promise<Result> {
  const cluster = args.value('cluster');
  const read = await readBasis(session, args, context, [{ spec: asked, cluster }]);
  const tenant = tenantOf(args, read);
  const spec: SubjectAccessReviewSpec = { ...userSpec(user, tenant, args.values('group')), ...asked };
  const basis = withProject(read, args.value('project'));
  const explanation: ReviewExplanation = explainReview(basis, spec, cluster === undefined ? {} : { cluster });
  noteStranger(explanation, basis, user, context);
  const about = { user, tenant, cluster, asked, revision: read.revision };
  return {
    ok: explanation.verdict.kind === 'allow',
    document: whyDocument(about, explanation),
    lines: whyLines(about, explanation),
  };
}

/** A name that no row knows is often one that was mistyped; a user of a directory may be known by groups alone. */
function noteStranger({ rows }: ReviewExplanation, { rules }: ReadBasis, user: string, context: CommandContext): void {
  const key = rows?.request.subjects[0];
  const named = (entry: PolicyRule | RoleLink) => (entry.kind === 'g' ? entry.member : entry.policy) === key;
  if (rows !== undefined && !rows.administers && !Iterator.from(rules.entries()).some(named)) {
    context.note(`no rule names user ${user} of tenant ${rows.tenant}; name groups of a directory with --group`);
  }
}

interface Refused {
  readonly args: Arguments;
  readonly context: CommandContext;
  readonly error: unknown;
}

/** Who may not read the rules may ask about himself: the server's answer carries the chain in its reason. */
async function fromServer(
  user: string,
  asked: Asked,
  { client }: Session,
  { args, context, error }: Refused,
): Promise<Result> {
  const self = await ownName(client, context.signal);
  const whatIf = ['cluster', 'project', 'group'].filter((flag) => args.values(flag).length > 0);
  if (user !== self || whatIf.length > 0) {
    throw error;
  }
  context.note('the rules may not be read with this kubeconfig: this is the answer of the server about you');
  const { allowed, denied = false, reason = '', evaluationError } = await askServer(client, asked, context.signal);
  const decision = allowed ? 'allow' : denied ? 'deny' : 'noOpinion';
  const document = { decision, reason, user, from: 'SelfSubjectAccessReview', ...asked, evaluationError };
  const lines = [allowed ? 'yes' : 'no', ...[reason, evaluationError ?? ''].filter((text) => text !== '')];
  return { ok: allowed, document, lines };
}
