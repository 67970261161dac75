import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { waitFor } from '@tke/envtest';

import { layer, writeImageArchive } from '../../tools/oci/image-archive.ts';
import { copySharedLibraries } from '../../tools/oci/shared-libraries.ts';
import type { BareHost } from '../hosts/bare-host.ts';
import { patience } from '../hub-under-test.ts';

const image = 'example.com/busybox:test';
const busybox = '/bin/busybox';

/** Puts an image with a small web server and client on hosts: they have no registry. */
export async function loadWorkloadImage(hosts: readonly BareHost[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tke-workload-'));
  try {
    const archive = join(folder, 'busybox.tar');
    const tools = layer(0, (root) => {
      mkdirSync(join(root, 'bin'));
      copyFileSync(busybox, join(root, 'bin', 'busybox'));
      copySharedLibraries([busybox], root);
      ['sh', 'httpd', 'nc', 'printf', 'tail', 'mkdir', 'echo', 'sleep'].forEach((name) =>
        symlinkSync('busybox', join(root, 'bin', name)),
      );
    });
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    writeImageArchive(archive, { name: image, architecture, config: { Env: ['PATH=/bin'] }, layers: [tools] });
    for (const host of hosts) {
      await host.copy(archive, '/root/busybox.tar', 0o644);
      await host.must('ctr', '-n', 'k8s.io', 'images', 'import', '/root/busybox.tar');
      await host.must('rm', '/root/busybox.tar');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A cluster as its administrator uses it. */
export interface Workplace {
  /** kubectl, which must succeed. Resolves with what it printed. */
  inMember(...args: readonly string[]): Promise<string>;
  apply(object: object): Promise<unknown>;
}

/** Runs a web server on each host (`web-0`, ...), each of which fetches from all others by the names of their Services. */
export async function proveServicesWork({ inMember, apply }: Workplace, hosts: readonly BareHost[]): Promise<void> {
  const pods = hosts.map((host, index) => ({ pod: `web-${index}`, host }));
  for (const object of pods.flatMap(({ pod, host }) => webServer(pod, host.ip))) {
    await apply(object);
  }
  await inMember('wait', '--for=condition=Ready', '--timeout=180s', ...pods.map(({ pod }) => `pod/${pod}`));
  for (const from of pods) {
    for (const to of pods) {
      const name = `${to.pod}.default.svc.cluster.local`;
      await waitFor(async () => (await inMember('exec', from.pod, '--', ...fetchByName(name))) === to.pod, {
        description: `${from.pod} reaches ${to.pod}`,
        timeoutMs: patience,
      });
    }
  }
}

/** A Deployment of one pod on one node, of which a PodDisruptionBudget does not let go. */
export function guardedDeployment(name: string, nodeName: string): readonly object[] {
  const labels = { app: name };
  const container = { name: 'sleep', image, imagePullPolicy: 'Never', command: ['sleep', '100000'] };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': nodeName },
    terminationGracePeriodSeconds: 1,
    containers: [container],
  };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  ];
}

/** A web server on one node that says its name, and the Service of the same name. */
export function webServer(name: string, nodeName: string): readonly object[] {
  const labels = { app: name };
  const script = `mkdir /www && echo ${name} > /www/index.html && exec httpd -f -p 8080 -h /www`;
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels },
      spec: {
        nodeName,
        terminationGracePeriodSeconds: 1,
        tolerations: [{ operator: 'Exists' }],
        containers: [{ name: 'web', image, imagePullPolicy: 'Never', command: ['sh', '-c', script] }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

/** The command that prints what the web server behind a name says, in a pod of `webServer`. */
export function fetchByName(name: string): readonly string[] {
  return ['sh', '-c', 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 5 "$0" 80 | tail -n 1', name];
}
