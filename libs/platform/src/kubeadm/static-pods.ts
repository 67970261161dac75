import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { Waiting } from '@tke/plan';
import { dump, load } from 'js-yaml';

import type { HostSession } from '../hosts/host-session.ts';
import { apiServerOf } from './control-plane-endpoint.ts';
import { kubeadmErrors } from './errors.ts';
import { adminConf, manifestFolder, pkiFolder, superAdminConf } from './paths.ts';

export type ControlPlaneComponent = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler';

/** On a static pod: which renewal of certificates it was started after. */
export const renewalAnnotation = 'platform.tkestack.io/renewal';

const retryAfterMs = 2000;
const timeoutMs = 30_000;

/**
 * What runs on a host of the control plane, in the order it is restarted: what the others cannot do without comes first. etcd and the
 * API server that lives by it go at the same time: the kubelet takes the old mirror pod away before it starts a pod, and waits for half
 * a minute on an API server without etcd. Controller manager and scheduler end when their API server is away, and the kubelet waits
 * longer each time before it starts them again: only a pod that is new by then is not kept waiting.
 */
export function restartOrder({
  spec,
}: Pick<DeepReadonly<Cluster>, 'spec'>): readonly (readonly ControlPlaneComponent[])[] {
  const first =
    spec.etcd?.external === undefined ? (['etcd', 'kube-apiserver'] as const) : (['kube-apiserver'] as const);
  return [first, ['kube-controller-manager', 'kube-scheduler']];
}

export interface Restart {
  readonly components: readonly ControlPlaneComponent[];
  /** Of the Node. */
  readonly node: string;
  /** What tells this restart from others: the same however often it is tried. */
  readonly id: string;
}

/**
 * Has the kubelet start pods anew, and sees whether they are ready: Waiting until they are. A manifest that has changed is what the
 * kubelet restarts a static pod for. kubeadm documents to move the manifest away for 20 seconds, but whoever is ended in between leaves
 * a host without an API server. May be repeated: pods with this `id` are not started again.
 */
export async function restartStaticPods(session: HostSession, restart: Restart): Promise<Waiting | undefined> {
  for (const component of restart.components) {
    await annotate(session, `${manifestFolder}/${component}.yaml`, restart.id);
  }
  return notRunning(session, restart);
}

interface Manifest {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> | null };
}

async function annotate(session: HostSession, path: string, id: string): Promise<void> {
  const found = await session.read(path);
  if (found === undefined) {
    throw kubeadmErrors.ControlPlaneFileMissing(`${session.ip} has no ${path}`);
  }
  const manifest = load(found.toString()) as Manifest;
  const annotations = { ...manifest.metadata?.annotations, [renewalAnnotation]: id };
  const next = { ...manifest, metadata: { ...manifest.metadata, annotations } };
  await session.write(path, dump(next, { lineWidth: -1, noRefs: true }), { mode: 0o600 });
}

/** super-admin.conf is on the first host alone, and needs no rights that somebody may have taken away. */
const kubectl = `
conf=${superAdminConf}
[ -e "$conf" ] || conf=${adminConf}
exec kubectl --kubeconfig "$conf" --request-timeout 10s --server "$@"
`;

interface Pod {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** By the mirror pods, which the kubelet makes anew with the pod. */
async function notRunning(session: HostSession, { components, node, id }: Restart): Promise<Waiting | undefined> {
  const names = components.map((component) => `${component}-${node}`);
  const args = [apiServerOf(session.ip), 'get', '-n', 'kube-system', '--ignore-not-found', '-o', 'json', 'pods'];
  const { exitCode, stdout, stderr } = await session.script(kubectl, [...args, ...names], {
    exitCodes: [0, 1],
    timeoutMs,
  });
  if (exitCode !== 0) {
    return { message: `the API server on ${session.ip} does not answer yet: ${lastLine(stderr)}`, retryAfterMs };
  }
  const pods = podsIn(stdout);
  const missing = names.filter((name) => {
    const pod = pods.find(({ metadata }) => metadata.name === name);
    const isReady = pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return pod?.metadata.annotations?.[renewalAnnotation] !== id || isReady !== true;
  });
  return missing.length === 0
    ? undefined
    : { message: `waiting for ${missing.join(', ')} to be ready with renewed certificates`, retryAfterMs };
}

/** kubectl prints nothing for none, a Pod for one, a list for several. */
function podsIn(text: string): readonly Pod[] {
  if (text.trim() === '') {
    return [];
  }
  const answer = JSON.parse(text) as { readonly items?: readonly Pod[] } | Pod;
  return 'metadata' in answer && 'name' in answer.metadata ? [answer] : ((answer as { items?: Pod[] }).items ?? []);
}

/**
 * Whether the API server of the host serves the very certificate that is on its disk: Go takes a leaf for an authority only when it is
 * the one that is shown (crypto/x509, Certificate.Verify). Waiting until it does.
 */
export async function servesItsCertificate(session: HostSession): Promise<Waiting | undefined> {
  const pinned = ['--certificate-authority', `${pkiFolder}/apiserver.crt`];
  const { exitCode, stderr } = await session.script(
    kubectl,
    [apiServerOf(session.ip), ...pinned, 'get', '--raw', '/readyz'],
    { exitCodes: [0, 1], timeoutMs },
  );
  return exitCode === 0
    ? undefined
    : {
        message: `the API server on ${session.ip} does not serve its renewed certificate yet: ${lastLine(stderr)}`,
        retryAfterMs,
      };
}

function lastLine(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').slice(-300);
}
