import { followedKinds } from '@tke/authz-state';

import type { Arguments, CommandContext } from '../command.ts';
import { basisOf, type ReadBasis } from '../cluster/basis.ts';
import type { Session } from '../cluster/session.ts';
import { isNeededFor, type SnapshotQuestion } from '../cluster/needed-kinds.ts';
import { readSnapshot } from '../cluster/snapshot.ts';
import { namesOf } from '../options.ts';

/** Reads from the server what decisions on the questions are made from. Rejects with `RulesNotReadable`. */
export async function readBasis(
  session: Session,
  args: Arguments,
  context: CommandContext,
  questions: readonly SnapshotQuestion[],
): Promise<ReadBasis> {
  const isNeeded = isNeededFor(questions);
  const snapshot = await readSnapshot(session.client, followedKinds, { ...context, isNeeded });
  const basis = await basisOf(snapshot, hubBoundsOf(args), context.signal);
  noteDefects(basis, context);
  return basis;
}

/** As --hub-tenants and --platform-namespaces of the authz-webhook. */
export function hubBoundsOf(args: Arguments) {
  return {
    hubTenants: new Set(namesOf(args.value('hub-tenants') ?? 'default')),
    platformNamespaces: new Set(namesOf(args.value('platform-namespaces') ?? '')),
  };
}

/** With --project the namespaces are that project's, whatever they are today. */
export function withProject(basis: ReadBasis, project: string | undefined): ReadBasis {
  return project === undefined ? basis : { ...basis, projects: { projectOf: () => project } };
}

function noteDefects({ defective }: ReadBasis, context: CommandContext): void {
  if (defective > 0) {
    context.note(`${defective} Rules take part in no decision: kubectl get rules shows why`);
  }
}
