import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { ensureHostMark } from '../steps/host/ensure-host-mark.ts';
import { SystemdLab, uid } from '../steps/host/testing/systemd-lab.ts';
import { markPath } from '../reset/host-mark.ts';
import { parseTraces, questionWords, tracesScript } from './traces.ts';

let lab: SystemdLab;
beforeAll(async () => {
  lab = await SystemdLab.start();
});
afterAll(() => lab.stop());

const nothing = { paths: [], files: [], programs: [], processes: [] };

async function traces(question: Partial<Parameters<typeof questionWords>[0]> = {}) {
  const words = questionWords({ ...nothing, ...question });
  return parseTraces((await (await lab.session()).script(tracesScript, [markPath, ...words])).stdout);
}

test('what is on a host, in one round trip', async () => {
  await lab.sh(`
    mkdir -p /srv/empty/deep /srv/full/deep /etc/cloud /etc/ufw
    touch /srv/full/deep/file /srv/file
    ln -s /srv/full /srv/link
    ln -s /srv/nowhere /srv/dangling
    cp "$(command -v sleep)" /srv/kubelet
    (setsid /srv/kubelet 1000 > /dev/null 2>&1 &)
    until pgrep -x kubelet > /dev/null; do sleep 0.1; done
    echo 'manage_etc_hosts: true' > /etc/cloud/cloud.cfg
    echo 'ENABLED=yes' > /etc/ufw/ufw.conf`);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const paths = ['/srv/empty', '/srv/full', '/srv/file', '/srv/link', '/srv/dangling', '/srv/missing'];
  const found = await traces({
    paths,
    files: ['/srv/file', '/srv/empty', '/srv/missing'],
    programs: ['mount', 'no-such-program'],
    processes: ['kubelet', 'dockerd-of-nobody'],
  });
  expect(found).toMatchObject({
    mark: undefined,
    existing: ['/srv/full/deep/file', '/srv/file', '/srv/link/deep/file', '/srv/dangling'],
    missingFiles: ['/srv/empty', '/srv/missing'],
    programs: ['mount'],
    processes: ['kubelet'],
    firewalls: expect.arrayContaining(['ufw']),
    hostsFileManaged: true,
  });
  expect(found.ports).toEqual(expect.arrayContaining([port, lab.host.port]));
  expect(found.routes.every((route) => /^[0-9a-f.:]+(\/\d+)?$/.test(route))).toBe(true);
  server.close();
  await once(server, 'close');
  // Somebody else on this machine may have got it since.
  await waitFor(async () => !(await traces()).ports.includes(port), { description: `nobody listens at ${port}` });
});

test('whose host it is', async () => {
  await lab.run(ensureHostMark, lab.scope({}, { owner: 'uid-of-machine' }));
  expect((await traces()).mark).toEqual({ cluster: uid, owner: 'uid-of-machine' });
});

test('what a host says that is broken is nothing', () => {
  expect(parseTraces('mark x\nport zz\nroute\n\0\nexisting')).toMatchObject({
    mark: undefined,
    existing: [],
    routes: [],
  });
});
