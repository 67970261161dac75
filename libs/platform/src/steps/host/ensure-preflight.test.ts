import { describe, expect, test } from '@jest/globals';

import { hostErrors } from '@tke/host';
import { discardLogger } from '@tke/log';
import { packageErrors, type PackageRelease } from '@tke/package-source';
import { systemClock } from '@tke/time';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { clusterInput, nodeSpec } from '../../kubeadm/testing/inputs.ts';
import { PreflightFailure } from '../../preflight/preflight-failure.ts';
import { askedPrograms } from '../../preflight/machine-checks.ts';
import { goodFacts } from '../../preflight/testing/hosts.ts';
import { ensurePreflight } from './ensure-preflight.ts';

const ips = ['10.0.0.11', '10.0.0.12', '10.0.0.13'];

const attempt = {
  step: 'EnsurePreflight',
  target: '',
  number: 1,
  id: 'a',
  signal: new AbortController().signal,
  log: discardLogger,
  clock: systemClock,
};

type Answer = { readonly cpus?: number; readonly said?: string } | Error;

/** A host that answers the two questions of preflight. Anything else it is asked fails. */
function session(ip: string, { cpus = 2, said = '' }: Exclude<Answer, Error>): HostSession {
  const programs = askedPrograms.map((name) => `program ${name}\n`).join('');
  const answers: Partial<HostSession> = {
    ip,
    facts: () => Promise.resolve(goodFacts(ip, { cpus })),
    script: () =>
      Promise.resolve({
        exitCode: 0,
        stdout: programs + said,
        stderr: '',
        stdoutBytes: Buffer.from(''),
        truncated: false,
      }),
  };
  return answers as HostSession;
}

function scope(answers: Readonly<Record<string, Answer>>, release?: () => Promise<PackageRelease>): BuildScope {
  const { cluster, network, version } = clusterInput({ machines: ips.map((ip) => ({ ip })) });
  const good: PackageRelease = { version, architecture: 'amd64', programs: [], images: [] };
  const parts: Partial<BuildScope> = {
    cluster,
    network,
    version,
    controlPlane: ips,
    nodes: ips.map((ip) => nodeSpec({ ip })),
    session: (ip) => {
      const answer = answers[ip] ?? {};
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(session(ip, answer));
    },
    release: release ?? (() => Promise.resolve(good)),
  };
  return parts as BuildScope;
}

async function failure(of: BuildScope): Promise<unknown> {
  return ensurePreflight.run(of, attempt).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const checks = (error: unknown) =>
  error instanceof PreflightFailure ? error.problems.map(({ host, check }) => `${host} ${check}`) : error;

const unreachable = hostErrors.HostUnreachable('no answer');
const refused = hostErrors.AuthenticationFailed('no such user');
const damaged = packageErrors.PackageDamaged('bin/kubelet is not what it should be');

describe('preflight', () => {
  test('is content with good hosts', async () => {
    expect(await failure(scope({}))).toBeUndefined();
  });

  test('tells the problems of all hosts at once, those that cannot be asked included', async () => {
    const error = await failure(scope({ '10.0.0.11': { cpus: 1 }, '10.0.0.12': refused, '10.0.0.13': unreachable }));
    expect(error).toMatchObject({ code: 'PreflightFailed', class: 'NeedsUser' });
    expect(checks(error)).toEqual(['10.0.0.11 CPUs', '10.0.0.12 AuthenticationFailed', '10.0.0.13 HostUnreachable']);
  });

  test('waits for a host that is merely down: nobody has to do anything yet', async () => {
    expect(await failure(scope({ '10.0.0.12': unreachable, '10.0.0.13': unreachable }))).toBe(unreachable);
  });

  test('lets one failure speak for itself, with its own code', async () => {
    expect(await failure(scope({ '10.0.0.12': refused }))).toBe(refused);
    expect(await failure(scope({}, () => Promise.reject(damaged)))).toBe(damaged);
  });

  test('tells all failures when somebody has to act on one of them', async () => {
    const error = await failure(scope({ '10.0.0.12': unreachable, '10.0.0.13': refused }));
    expect(checks(error)).toEqual(['10.0.0.12 HostUnreachable', '10.0.0.13 AuthenticationFailed']);
  });

  test('tells of damaged packages besides problems of hosts, once for each architecture', async () => {
    const error = await failure(scope({ '10.0.0.12': { cpus: 1 } }, () => Promise.reject(damaged)));
    expect(checks(error)).toEqual(['10.0.0.12 CPUs', '10.0.0.13 PackageDamaged']);
  });

  test('is not disturbed by what it has made of a host before', async () => {
    const { uid = '' } = scope({}).cluster.metadata;
    const taken = 'existing /etc/kubernetes/admin.conf\nport 192B\n';
    expect(checks(await failure(scope({ '10.0.0.11': { said: taken } })))).toEqual([
      '10.0.0.11 Files',
      '10.0.0.11 Ports',
    ]);
    const marked = `${taken}mark cluster=${uid}\nmark owner=${uid}\n`;
    expect(await failure(scope({ '10.0.0.11': { said: marked } }))).toBeUndefined();
  });

  test('says more than a status takes only in part', () => {
    const problem = { host: '10.0.0.11', check: 'Files', message: 'x'.repeat(5000), remedy: 'y'.repeat(5000) };
    const { problems, message } = new PreflightFailure(Array.from({ length: 200 }, () => problem));
    expect(problems).toHaveLength(128);
    expect(problems[0]).toMatchObject({ message: 'x'.repeat(1024), remedy: 'y'.repeat(1024) });
    expect(message).toMatch(/^the hosts are not ready: 10\.0\.0\.11: Files: x+; and 199 more in status\.preflight$/);
  });
});
