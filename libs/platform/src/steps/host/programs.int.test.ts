import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';
import type { PackageImage, PackageProgram } from '@tke/package-source';

import type { BuildScope } from '../../build/scope.ts';
import { ensureCNIPlugins } from './ensure-cni-plugins.ts';
import { ensureContainerRuntime } from './ensure-container-runtime.ts';
import { ensureKubelet } from './ensure-kubelet.ts';
import { ensureKubernetesImages } from './ensure-kubernetes-images.ts';
import { ip, releaseOf, SystemdLab } from './testing/systemd-lab.ts';

jest.setTimeout(180_000);

/** Says that it is ready, and runs: all that systemd wants of containerd. */
const daemon = 'echo "$$" >> /tmp/starts; systemd-notify --ready; exec sleep 1000';

/** Keeps images in a file: `<reference> <labels>`, as `ctr images ls` would show them. */
const ctr = `
[ "$1" = -n ] && shift 2
touch /tmp/images /tmp/imports
case "$*" in
  *' version') exec systemctl is-active --quiet containerd;;
  'images ls') cat /tmp/images;;
  'images ls '*) name=$3; grep "^\${name#name==} " /tmp/images; exit 0;;
  'images import '*) [ -f "$3" ] || exit 1; sed 's/$/ -/' "$3" >> /tmp/images; echo "$3" >> /tmp/imports;;
  'images label '*) sed -i "s|^$3 .*|$3 $4,$5|" /tmp/images;;
esac`;

let lab: SystemdLab;
let pause: BuildScope['release'];
beforeAll(async () => {
  lab = await SystemdLab.start();
  pause = await releasing(daemon);
});
afterAll(() => lab.stop());

/** A release whose containerd is that script. */
async function releasing(containerd: string): Promise<BuildScope['release']> {
  const scripts = {
    containerd,
    ctr,
    'containerd-shim-runc-v2': ':',
    runc: ':',
    crictl: ':',
    kubelet: 'sleep 999',
    kubectl: ':',
  };
  const programs = await Promise.all(Object.entries(scripts).map(([name, script]) => lab.program(name, script)));
  const images = [await lab.image('registry.k8s.io/pause:3.10.2', 'registry.k8s.io/pause:3.10.2\n')];
  return () => Promise.resolve(releaseOf(programs, images));
}

/** A restart is asked for, and not waited for. */
const untilStarted = (times: number) =>
  waitFor(async () => (await starts()) === times, { description: `containerd has been started ${times} times` });

const starts = async () => (await lab.sh('cat /tmp/starts 2>/dev/null; true')).trim().split('\n').length;

describe('the container runtime', () => {
  test('is installed and started, and started anew only when something of it has changed', async () => {
    const scope = lab.scope({}, { release: pause });
    await lab.run(ensureContainerRuntime, scope);
    expect(await lab.sh('systemctl is-active containerd; systemctl is-enabled containerd')).toBe('active\nenabled\n');
    expect(await lab.sh('cat /etc/containerd/config.toml')).toContain('sandbox = "registry.k8s.io/pause:3.10.2"');
    expect(await starts()).toBe(1);
    await lab.run(ensureContainerRuntime, scope);
    expect(await starts()).toBe(1);
    await lab.run(ensureContainerRuntime, lab.scope({}, { release: await releasing(`: newer\n${daemon}`) }));
    await untilStarted(2);
  });

  test('is started anew by the next attempt when the connection broke between writing and starting', async () => {
    await lab.sh('echo other > /var/lib/tke/containerd.service.revision');
    const before = await starts();
    await lab.run(ensureContainerRuntime, lab.scope({}, { release: await releasing(`: newer\n${daemon}`) }));
    await untilStarted(before + 1);
  });

  test('that ends again and again is a failure with the last lines it printed, and no endless wait', async () => {
    const broken = await releasing('echo "bad config: line 7" >&2; exit 1');
    await expect(lab.run(ensureContainerRuntime, lab.scope({}, { release: broken }))).rejects.toMatchObject({
      code: 'ServiceFailed',
      class: 'Retryable',
      message: expect.stringMatching(
        /^127\.0\.0\.1: unit containerd\.service Result=exit-code\n(.*\n)*bad config: line 7/,
      ),
    });
  });
});

test('the kubelet is enabled and not started, for it has no configuration yet', async () => {
  await lab.run(ensureKubelet, lab.scope({}, { release: pause }));
  expect(await lab.sh('systemctl is-enabled kubelet; systemctl is-active kubelet; true')).toBe('enabled\ninactive\n');
  expect(await lab.sh('systemctl cat kubelet')).toMatch(
    /ExecStart=\nExecStart=\/usr\/local\/bin\/kubelet \$KUBELET_KUBECONFIG_ARGS/,
  );
});

test('plugins of the network go where containerd looks for them', async () => {
  const plugin: PackageProgram = { ...(await lab.program('bridge', 'echo bridge')), folder: 'cni' };
  const release = () => Promise.resolve(releaseOf([plugin]));
  await lab.run(ensureCNIPlugins, lab.scope({}, { release }));
  expect(await lab.sh('/opt/cni/bin/bridge; stat -c %a /opt/cni/bin/bridge')).toBe('bridge\n755\n');
});

describe('images', () => {
  const references = ['registry.k8s.io/pause:3.10.2', 'registry.k8s.io/etcd:3.6.8-0'];
  const archive = (reference: string, content = '') =>
    lab.image(reference, `${reference}\n${content}`, reference.includes('etcd'));
  const imports = async () => Number(await lab.sh('wc -l < /tmp/imports'));

  test('are sent and imported once, pinned, and their archives are gone', async () => {
    let sent = 0;
    const counted = (image: PackageImage): PackageImage => ({ ...image, open: () => ((sent += 1), image.open()) });
    const images = (await Promise.all(references.map((each) => archive(each)))).map(counted);
    const scope = lab.scope({}, { release: () => Promise.resolve(releaseOf([], images)) });
    await lab.run(ensureKubernetesImages, scope);
    expect((await lab.sh('cut -d" " -f1 /tmp/images | sort')).trim().split('\n')).toEqual(references.toSorted());
    expect(await lab.sh('grep -c io.cri-containerd.pinned=pinned /tmp/images')).toBe('2\n');
    expect(await lab.sh('ls /var/lib/tke/images 2>/dev/null; true')).toBe('');
    await lab.run(ensureKubernetesImages, scope);
    expect({ sent, imported: await imports() }).toEqual({ sent: 2, imported: 2 });
  });

  test('are imported again when the archive is another one, and only that', async () => {
    const [first = '', second = ''] = references;
    const release = async () => releaseOf([], [await archive(first), await archive(second, '\n')]);
    await lab.run(ensureKubernetesImages, lab.scope({}, { release }));
    expect(await imports()).toBe(3);
  });

  test('of the control plane are not sent to workers', async () => {
    await lab.sh('rm -f /tmp/images');
    const worker = { ip, name: ip, role: 'Worker' as const, labels: {}, annotations: {}, taints: [] };
    const release = async () => releaseOf([], await Promise.all(references.map((each) => archive(each))));
    await lab.run(ensureKubernetesImages, lab.scope({}, { release, nodes: [worker], controlPlane: ['10.0.0.1'] }));
    expect(await lab.sh('cut -d" " -f1 /tmp/images')).toBe('registry.k8s.io/pause:3.10.2\n');
  });
});
