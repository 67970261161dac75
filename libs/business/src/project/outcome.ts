import type { CodedError } from '@tke/errors';
import { formatExactly } from '@tke/quantity';
import type { Outcome } from '@tke/runtime';

import type { ProjectObject } from '../objects/kinds.ts';
import type { Obstacle } from '../quota/claim.ts';
import { quotaErrors } from '../quota/errors.ts';
import { quotaProblem } from '../quota/grant.ts';
import type { Overdraft } from '../quota/overdraft.ts';
import { shortageText } from '../quota/shortage.ts';
import type { Balance } from './balance.ts';
import type { Sought } from './conditions.ts';
import { projectErrors } from './errors.ts';
import type { HubNamespaceState } from './hub-namespace.ts';

export interface Findings {
  readonly parent: ProjectObject | undefined;
  /** Why the parent must not give it anything. */
  readonly obstacle: Obstacle | undefined;
  readonly namespace: HubNamespaceState;
  readonly balance: Balance;
  readonly sought: Sought;
}

export function outcomeOf(project: ProjectObject, findings: Findings): Outcome {
  const { namespace, balance } = findings;
  if (namespace.kind === 'taken') {
    return { kind: 'stalled', error: namespace.error };
  }
  if (namespace.kind === 'ending') {
    const message = `waiting for the end of namespace ${project.metadata.name ?? ''} of the hub, which is being deleted`;
    return { kind: 'progressing', reason: 'NamespaceTerminating', message };
  }
  const { overdrafts } = balance.settlement;
  if (overdrafts.length > 0) {
    return { kind: 'stalled', error: overdrawn(overdrafts) };
  }
  if (balance.inForce.isWanted) {
    return outcomeBeside(findings.sought);
  }
  const error = grantProblem(project, findings);
  return error === undefined
    ? {
        kind: 'progressing',
        reason: 'WaitingForQuota',
        message: `waiting for Project ${project.spec.parentProjectName ?? ''} to set the limits aside`,
      }
    : { kind: 'stalled', error };
}

/** Of a project that has its limits: what is wrong beside them, which hinders nothing of what it hands on. */
function outcomeBeside({ missing, members }: Sought): Outcome {
  const error = missing ?? (members.kind === 'problem' ? members.error : undefined);
  return error === undefined ? { kind: 'ready' } : { kind: 'stalled', error };
}

function grantProblem(
  project: ProjectObject,
  { parent, obstacle }: Pick<Findings, 'parent' | 'obstacle'>,
): CodedError | undefined {
  const name = project.spec.parentProjectName ?? '';
  return obstacle === undefined
    ? quotaProblem(parent, project)
    : projectErrors.ParentUnfit(`spec.parentProjectName: ${shortageText(name, [{ kind: obstacle }])}`);
}

function overdrawn(overdrafts: readonly Overdraft[]): CodedError {
  return quotaErrors.Overdrawn(
    `more was handed on than spec.clusters allows: ${overdrafts.map(overdraftText).join('; ')}`,
  );
}

function overdraftText({ cluster, resource, limit, used }: Overdraft): string {
  if (resource === undefined) {
    return `${cluster}: is no longer listed, and still used below`;
  }
  const most = formatExactly(resource, limit);
  return used === undefined
    ? `${cluster} ${resource}: limited to ${most}, and not limited in a project or namespace below`
    : `${cluster} ${resource}: ${formatExactly(resource, used)} handed on of ${most}`;
}

/** Derived from conditions. Printed, and a namespace moves into a project that is Active: it can hand something on. */
export function phaseOf(outcome: Outcome, { namespace, balance }: Findings): 'Active' | 'Failed' | 'Pending' {
  if (namespace.kind === 'ours' && balance.inForce.cachedParent !== undefined) {
    return 'Active';
  }
  return outcome.kind === 'stalled' ? 'Failed' : 'Pending';
}
