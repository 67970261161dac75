import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { layer, writeImageArchive } from '../../tools/oci/image-archive.ts';
import { copySharedLibraries } from '../../tools/oci/shared-libraries.ts';
import type { BareHost } from '../hosts/bare-host.ts';

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
  return ['sh', '-c', 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc -w 2 "$0" 80 | tail -n 1', name];
}
