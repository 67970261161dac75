import { describeError, isCoded } from '@tke/errors';
import type { PreflightProblem } from '@tke/api-platform';

import type { BuildScope, NodeSpec } from '../build/scope.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { markPath } from '../reset/host-mark.ts';
import { etcdDataDirOf, ownedPaths } from '../reset/owned-paths.ts';
import type { OtherHost } from './between-hosts.ts';
import type { HostSubject } from './check.ts';
import { askedPrograms } from './machine-checks.ts';
import { askedProcesses } from './takeover-checks.ts';
import { parseTraces, questionWords, tracesScript, type HostTraces } from './traces.ts';

/** Of one host: what was found, or why it could not be asked. */
export type Examined =
  { readonly kind: 'known'; readonly subject: HostSubject } | { readonly kind: 'unknown'; readonly failure: Failure };

export interface Failure {
  readonly ip: string;
  readonly error: unknown;
}

/** Asks a host for all that checks want to know, in two round trips. Changes nothing. Does not reject. */
export async function examine(scope: BuildScope, node: NodeSpec): Promise<Examined> {
  try {
    const session = await scope.session(node.ip);
    const [facts, traces] = await Promise.all([session.facts(), readTraces(scope, session)]);
    return { kind: 'known', subject: { node, facts, traces } };
  } catch (error) {
    return { kind: 'unknown', failure: { ip: node.ip, error } };
  }
}

async function readTraces({ cluster }: BuildScope, session: HostSession): Promise<HostTraces> {
  const { external } = cluster.spec.etcd ?? {};
  const copied = new Set(cluster.spec.features?.files?.map(({ dst }) => dst));
  const certificates = external === undefined ? [] : [external.caFile, external.certFile, external.keyFile];
  const words = questionWords({
    paths: ownedPaths(etcdDataDirOf(cluster)),
    files: certificates.filter((file) => file !== '' && !copied.has(file)),
    programs: askedPrograms,
    processes: askedProcesses,
  });
  return parseTraces((await session.script(tracesScript, [markPath, ...words])).stdout);
}

/** A host of the control plane that is there already, to compare clocks and names with. None when it does not answer: the join will tell. */
export async function examineOthers(scope: BuildScope): Promise<readonly OtherHost[]> {
  const ip = scope.controlPlane.find((each) => !scope.nodes.some((node) => node.ip === each));
  if (ip === undefined) {
    return [];
  }
  try {
    return [{ ip, facts: await (await scope.session(ip)).facts() }];
  } catch {
    return [];
  }
}

/** What keeps a host from being asked, beside what others are found to lack. */
export function asProblem({ ip: host, error }: Failure): PreflightProblem {
  const { code, message, remedy } = describeError(error);
  return { host, check: code, message, remedy };
}

/** Whether somebody has to act before it goes away. */
export function needsUser({ error }: Failure): boolean {
  return isCoded(error) && error.class === 'NeedsUser';
}
