import type { PreflightProblem } from '@tke/api-platform';
import { planLimits } from '@tke/api-platform';
import { CodedError, codedErrors } from '@tke/errors';

/** As many as the status takes. */
const mostProblems = 128;

export const preflightErrors = codedErrors({
  PreflightFailed: {
    class: 'NeedsUser',
    meaning:
      'Before anything is changed, all hosts are examined; one at least is not fit. `status.preflight` lists every finding with host, check and what to do about it.',
    remedy:
      'Mend what status.preflight lists. A check that is wrong about a host is left out by naming it in features.skipConditions, e.g. EnsurePreflight/SELinux.',
  },
});

/** Hosts are not fit for what they shall become. Nothing has been changed on them. */
export class PreflightFailure extends CodedError {
  /** All that was found, not only the first of each host. */
  readonly problems: readonly PreflightProblem[];

  constructor(problems: readonly PreflightProblem[]) {
    super('PreflightFailed', preflightErrors.PreflightFailed.definition, summary(problems));
    this.problems = problems.slice(0, mostProblems).map(bounded);
  }
}

function summary(problems: readonly PreflightProblem[]): string {
  const [first, ...rest] = problems.map(
    ({ host, check, message }) => `${host === '' ? '' : `${host}: `}${check}: ${message}`,
  );
  const more = rest.length === 0 ? '' : `; and ${rest.length} more in status.preflight`;
  return `the hosts are not ready: ${first ?? ''}${more}`;
}

function bounded({ host, check, message, remedy }: PreflightProblem): PreflightProblem {
  return { host, check, message: message.slice(0, planLimits.message), remedy: remedy.slice(0, planLimits.message) };
}
