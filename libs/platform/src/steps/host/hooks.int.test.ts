import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

import { ensureCopyFiles } from './ensure-copy-files.ts';
import { ensurePostInstallHook } from './ensure-post-install-hook.ts';
import { ensurePreClusterInstallHook } from './ensure-pre-cluster-install-hook.ts';
import { ensurePreInstallHook } from './ensure-pre-install-hook.ts';
import { runHook } from './run-hook.ts';
import { attemptOf, SystemdLab } from './testing/systemd-lab.ts';

jest.setTimeout(180_000);

const hook = '/opt/hook.sh';
const files = [{ src: 'hook.sh', dst: hook }];

let lab: SystemdLab;
beforeAll(async () => {
  lab = await SystemdLab.start();
  const script =
    '#!/bin/sh\nfor word; do printf "[%s]" "$word" >> /tmp/ran; done\necho >> /tmp/ran\n[ "$1" != fail ] || { echo broken >&2; exit 3; }\n';
  await writeFile(join(lab.files, 'hook.sh'), script, { mode: 0o644 });
  await lab.run(ensureCopyFiles, lab.scope({ files }));
});
afterAll(() => lab.stop());

const ran = () => lab.sh('cat /tmp/ran 2>/dev/null; rm -f /tmp/ran');

test('a hook is made executable and runs once for an attempt, whoever asks and whatever its text is by then', async () => {
  const attempt = attemptOf();
  await lab.run(ensurePreInstallHook, lab.scope({ files, hooks: { PreInstall: `${hook} a "b c"` } }), attempt);
  await lab.run(ensurePreInstallHook, lab.scope({ files, hooks: { PreInstall: `${hook} changed` } }), attempt);
  expect(await ran()).toBe('[a][b c]\n');
  await lab.run(ensurePreInstallHook, lab.scope({ files, hooks: { PreInstall: `${hook} next` } }));
  expect(await ran()).toBe('[next]\n');
});

test('a hook of the cluster is told annotations and labels, word for word, and no secret ones', async () => {
  const scope = lab.scope({ files, hooks: { PreClusterInstall: `${hook} x` } });
  const metadata = {
    ...scope.cluster.metadata,
    annotations: {
      note: 'two\nlines $HOME `id` "q" \'s\'',
      'kubectl.kubernetes.io/last-applied-configuration': '{"password":"c2VjcmV0"}',
      'tkestack.io/credential-token': 'secret',
    },
    labels: { zone: 'a' },
  };
  await lab.run(ensurePreClusterInstallHook, { ...scope, cluster: { ...scope.cluster, metadata } });
  expect(await ran()).toBe('[x][note=two\nlines $HOME `id` "q" \'s\'][zone=a]\n');
});

test('a hook that fails says what it printed and its exit code', async () => {
  const scope = lab.scope({ files, hooks: { PostInstall: `${hook} fail` } });
  await expect(lab.run(ensurePostInstallHook, scope)).rejects.toMatchObject({
    code: 'CommandFailed',
    failure: { exitCode: 3, tail: 'broken', command: expect.stringContaining('PostInstall') },
  });
});

test('no hook, nothing to do', async () => {
  const { cluster } = lab.scope();
  expect(ensurePreInstallHook.targets(lab.scope())).toEqual([]);
  await expect(runHook(await lab.session(), attemptOf(), cluster, 'PostClusterDelete')).resolves.toBeUndefined();
});
