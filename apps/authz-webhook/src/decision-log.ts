import { callerOf } from '@tke/authz';
import type { Logger } from '@tke/log';
import type { NonResourceAttributes, ResourceAttributes } from '@tke/meta';
import type { Clock } from '@tke/time';
import { Pacer } from '@tke/webhook';
import { Counter, type Registry } from 'prom-client';

import type { Decided } from './authorize.ts';

export const decisionLogModes = ['off', 'denied', 'all'] as const;
/** `denied`: everything but what is allowed. No opinion becomes a refusal unless RBAC allows. */
export type DecisionLogMode = (typeof decisionLogModes)[number];

export interface DecisionLogOptions {
  readonly mode: DecisionLogMode;
  readonly perSecond: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
}

/**
 * Writes decisions, one line each and no more per second than it was told. `extra` of the user is left out: an
 * authenticator may put anything there, tokens included.
 */
export function decisionLog({ mode, perSecond, logger, clock, registry }: DecisionLogOptions): (d: Decided) => void {
  const dropped = new Counter({
    name: 'tke_authz_decision_log_dropped_total',
    help: 'Decisions that the log was to hold and does not, because there were too many.',
    registers: [registry],
  });
  const log = logger.withName('decisions');
  const pacer = new Pacer({ perSecond, burstSeconds: 1, longestDelayMs: 0 });
  return (decided) => {
    if (mode === 'off' || (mode === 'denied' && decided.verdict?.kind === 'allow')) {
      return;
    }
    if (pacer.delayMs(clock.monotonic(), 1) === undefined) {
      dropped.inc();
      return;
    }
    log.info('decision', lineOf(decided));
  };
}

/** Whoever is in more groups is shown with these; a line is to stay a line. */
const shownGroups = 100;

function lineOf({ spec, cluster, verdict, milliseconds, revision }: Decided): Record<string, unknown> {
  const { user, groups, resourceAttributes, nonResourceAttributes } = spec;
  const caller = callerOf(spec);
  return {
    user,
    ...(caller.kind === 'unknownRealm' ? {} : { tenant: caller.tenant }),
    groups: groups?.slice(0, shownGroups) ?? [],
    cluster: cluster ?? null,
    ...(resourceAttributes && { resource: resourceOf(resourceAttributes) }),
    ...(nonResourceAttributes && { path: pathOf(nonResourceAttributes) }),
    decision: verdict?.kind ?? 'error',
    reason: verdict?.reason ?? 'no decision could be made',
    micros: Math.round(milliseconds * 1000),
    revision,
  };
}

function resourceOf({
  verb,
  group,
  version,
  resource,
  subresource,
  namespace,
  name,
  fieldSelector,
}: ResourceAttributes) {
  return { verb, group, version, resource, subresource, namespace, name, ...(fieldSelector && { fieldSelector }) };
}

function pathOf({ verb, path }: NonResourceAttributes) {
  return { verb, path };
}
