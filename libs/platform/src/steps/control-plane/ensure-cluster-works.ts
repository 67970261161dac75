import { isIPv6 } from 'node:net';

import { isNotFound, type Client } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';
import { wholeTarget, type Attempt, type Step, type Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { bracketed } from '../../kubeadm/control-plane-endpoint.ts';
import { dnsAnswer, dnsQuery, typeA, typeAAAA } from '../../kubeadm/dns-message.ts';
import { kubeadmErrors } from '../../kubeadm/errors.ts';
import { adminConf } from '../../kubeadm/paths.ts';
import { ownNetworkNames } from '../../network/built-in-network.ts';
import { apiServiceIP } from '../../network/derive-network.ts';
import { isReady, nodeKind, readyCondition, type Node } from '../node/node.ts';
import { firstHost } from '../node/targets.ts';
import { withMember } from '../node/with-member.ts';

interface Deployment extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const deploymentKind: Kind<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
};

const retryAfterMs = 1000;
const timeoutMs = 15_000;
const noBash = 127;

/**
 *  $1 address. Standard input is sent to port 53, what comes back is printed. Its first two bytes say how long it is.
 */
const askDns = `
exec 3<> "/dev/tcp/$1/53" || exit 1
cat >&3
length=$(head -c 2 <&3 | od -An -tu1 | { read -r high low; echo $((high * 256 + low)); })
head -c "$length" <&3
`;

/**
 * Pods run, services are found by name and answer: asked of the hosts, not concluded from what was set up. Left out
 * where the network is somebody else's, who may need a running cluster to put it in.
 */
export const ensureClusterWorks: Step<BuildScope> = {
  name: 'EnsureClusterWorks',
  skippedBy: ownNetworkNames,
  targets: () => [wholeTarget],
  run: (scope, attempt) =>
    withMember(scope, async (client) => {
      const missing = (await unreadyNode(client, scope, attempt)) ?? (await dnsDeployment(client, attempt));
      if (missing !== undefined) {
        return waiting(missing);
      }
      const session = await scope.session(firstHost(scope));
      const silent = (await serviceAnswers(session, scope)) ?? (await dnsAnswers(session, scope));
      return silent === undefined ? undefined : waiting(silent);
    }),
};

function waiting(message: string): Waiting {
  return { message, retryAfterMs };
}

async function unreadyNode(client: Client, scope: BuildScope, { signal }: Attempt): Promise<string | undefined> {
  const { items } = await client.list<Node>(nodeKind, { signal });
  for (const { name } of scope.nodes) {
    const node = items.find(({ metadata }) => metadata.name === name);
    if (node === undefined || !isReady(node)) {
      return `node ${name} is not ready: ${(node && readyCondition(node)?.message) ?? 'it has not said why'}`;
    }
  }
  return undefined;
}

async function dnsDeployment(client: Client, { signal }: Attempt): Promise<string | undefined> {
  const key = { namespace: 'kube-system', name: 'coredns' };
  const { status } = await client.get<Deployment>(deploymentKind, key, { signal }).catch(noneOfThem);
  const available = status?.conditions?.some(({ type, status: value }) => type === 'Available' && value === 'True');
  return available === true ? undefined : 'CoreDNS is not available yet';
}

function noneOfThem(error: unknown): Pick<Deployment, 'status'> {
  if (!isNotFound(error)) {
    throw error;
  }
  return {};
}

/** By the address that pods use. */
async function serviceAnswers(session: HostSession, { network }: BuildScope): Promise<string | undefined> {
  const address = apiServiceIP(network);
  const server = ['--kubeconfig', adminConf, '--server', `https://${bracketed(address)}`, '--request-timeout', '5s'];
  const { exitCode, stderr } = await session.run(['kubectl', ...server, 'get', '--raw', '/readyz'], {
    exitCodes: [0, 1],
    timeoutMs,
  });
  return exitCode === 0
    ? undefined
    : `the service kubernetes does not answer at ${address} on ${session.ip}: ${lastLine(stderr)}`;
}

async function dnsAnswers(session: HostSession, { network }: BuildScope): Promise<string | undefined> {
  const { dnsIP, dnsDomain } = network;
  const name = `kubernetes.default.svc.${dnsDomain}`;
  const stdin = dnsQuery(name, isIPv6(apiServiceIP(network)) ? typeAAAA : typeA);
  const { exitCode, stdoutBytes, stderr } = await session.run(['timeout', '5', 'bash', '-c', askDns, 'bash', dnsIP], {
    stdin,
    exitCodes: [0, 1, 124, noBash],
    timeoutMs,
  });
  if (exitCode === noBash) {
    throw kubeadmErrors.BashMissing(`${session.ip} has no bash, with which DNS is asked over TCP`);
  }
  const answer = dnsAnswer(stdoutBytes);
  if (answer.kind === 'answers') {
    return undefined;
  }
  const why = answer.kind === 'refused' ? `response code ${answer.code}` : lastLine(stderr) || 'no answer';
  return `DNS at ${dnsIP} does not know ${name} on ${session.ip}: ${why}`;
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').slice(-300);
}
