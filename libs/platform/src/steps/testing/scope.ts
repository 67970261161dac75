import type { Cluster } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import type { Attempt } from '@tke/plan';
import { FakeClock } from '@tke/time';

import type { AdminCredential, BuildScope, NodeSpec } from '../../build/scope.ts';
import { platformErrors } from '../../errors.ts';
import { clusterInput, nodeSpec } from '../../kubeadm/testing/inputs.ts';
import { RecordingSession } from './recording-session.ts';

export interface ScopeOptions {
  readonly spec?: Partial<Cluster['spec']>;
  /** Default: the control plane. */
  readonly nodes?: readonly NodeSpec[];
  readonly allHosts?: readonly string[];
  /** Default: not connected yet. */
  readonly member?: Client;
  readonly authorization?: BuildScope['authorization'];
}

export interface TestScope extends BuildScope {
  host(ip: string): RecordingSession;
  readonly saved: AdminCredential[];
  readonly clock: FakeClock;
}

/**
 *  A scope whose hosts take down what is asked of them. The control plane is at 10.0.0.11, 10.0.0.12, … as spec says.
 */
export function testScope({ spec = {}, nodes, allHosts, member, authorization }: ScopeOptions = {}): TestScope {
  const input = clusterInput(spec, { authorization });
  const hosts = new Map<string, RecordingSession>();
  const host = (ip: string) => {
    const found = hosts.get(ip) ?? new RecordingSession(ip);
    hosts.set(ip, found);
    return found;
  };
  const saved: AdminCredential[] = [];
  return {
    ...input,
    host,
    saved,
    hub: 'hub-uid',
    nodes: nodes ?? input.controlPlane.map((ip) => nodeSpec({ ip })),
    allHosts: () => allHosts ?? input.controlPlane,
    session: (ip) => Promise.resolve(host(ip)),
    release: () => Promise.reject(new TypeError('nothing is installed here')),
    member: () => {
      if (member === undefined) {
        throw platformErrors.MemberNotConnected('the manager is not connected to cluster cls-a yet');
      }
      return member;
    },
    files: { find: () => Promise.resolve([]) },
    saveCredential: (credential) => {
      saved.push(credential);
      return Promise.resolve();
    },
    clock: new FakeClock(),
  };
}

export function machines(...ips: readonly string[]): NonNullable<Cluster['spec']['machines']> {
  return ips.map((ip) => ({ ip, port: 22, username: 'root' }));
}

export function attemptAt(target: string, step = 'Step'): Attempt {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  return { step, target, number: 1, id: `${step.toLowerCase()}-1`, signal, log: discardLogger, clock };
}
