import type { PreflightProblem } from '@tke/api-platform';
import { wholeTarget, type Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSubject, Purpose } from '../../preflight/check.ts';
import { asProblem, examine, examineOthers, needsUser, type Failure } from '../../preflight/examine.ts';
import { findProblems } from '../../preflight/find-problems.ts';
import { PreflightFailure } from '../../preflight/preflight-failure.ts';
import { markOf } from '../../reset/host-mark.ts';

/**
 * Looks at all hosts before anything on one of them is changed, and tells everything that is in the way at once. May be run again at any
 * point of the plan: what the plan itself has made of a host is no problem (see HostMark).
 */
export const ensurePreflight: Step<BuildScope> = {
  name: 'EnsurePreflight',
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const [examined, others] = await Promise.all([
      Promise.all(scope.nodes.map((node) => examine(scope, node))),
      examineOthers(scope),
    ]);
    signal.throwIfAborted();
    const subjects = examined.flatMap((each) => (each.kind === 'known' ? [each.subject] : []));
    const unknown = examined.flatMap((each) => (each.kind === 'unknown' ? [each.failure] : []));
    const failures = [...unknown, ...(await packageFailures(scope, subjects))];
    const purpose: Purpose = {
      cluster: scope.cluster,
      version: scope.version,
      network: scope.network,
      mark: markOf(scope),
    };
    const problems = findProblems(subjects, others, purpose);
    report(problems, failures);
    return undefined;
  },
};

/** One host of each architecture says it for all: the packages are the same. */
async function packageFailures(scope: BuildScope, subjects: readonly HostSubject[]): Promise<readonly Failure[]> {
  const ips = new Map(subjects.map(({ facts, node }) => [facts.architecture, node.ip]));
  ips.delete(undefined); // a problem of its own
  const asked = [...ips.values()].map((ip) =>
    scope.release(ip).then(
      () => [],
      (error: unknown) => [{ ip, error }],
    ),
  );
  return (await Promise.all(asked)).flat();
}

/**
 * A failure that is alone, or goes away without help, speaks for itself: it has a code of its own. Otherwise it is one of the problems.
 */
function report(problems: readonly PreflightProblem[], failures: readonly Failure[]): void {
  const [first] = failures;
  if (first !== undefined && problems.length === 0 && (failures.length === 1 || !failures.some(needsUser))) {
    throw first.error;
  }
  const all = [...problems, ...failures.map(asProblem)];
  if (all.length > 0) {
    throw new PreflightFailure(all);
  }
}
