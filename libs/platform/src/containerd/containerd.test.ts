import { describe, expect, test } from '@jest/globals';

import { clusterInput } from '../kubeadm/testing/inputs.ts';
import { cgroupDriver } from './cgroup-driver.ts';
import { renderConfig } from './config.ts';
import { importedImages } from './images.ts';

test('the configuration of containerd', () => {
  expect(renderConfig({ sandboxImage: 'registry.k8s.io/pause:3.10.2', cgroupDriver: 'systemd' })).toBe(
    `# Written by TKE. Put changes into /etc/containerd/conf.d/*.toml: they come after this file.
version = 3
imports = ["/etc/containerd/conf.d/*.toml"]

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "registry.k8s.io/pause:3.10.2"

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = true
`,
  );
});

describe('the driver of control groups', () => {
  test.each([
    [undefined, 'systemd'],
    [{}, 'systemd'],
    [{ cgroupDriver: 'systemd' }, 'systemd'],
    [{ cgroupDriver: 'cgroupfs' }, 'cgroupfs'],
  ])('of kubelet and containerd with kubeletConfiguration %j is %s', (kubeletConfiguration, driver) => {
    const { cluster } = clusterInput(kubeletConfiguration === undefined ? {} : { kubeletConfiguration });
    expect(cgroupDriver(cluster)).toBe(driver);
  });

  test('reaches runc', () => {
    const config = renderConfig({ sandboxImage: 'pause', cgroupDriver: 'cgroupfs' });
    expect(config).toContain('  SystemdCgroup = false\n');
  });
});

test('images that were imported by us are known by the label that is set last', () => {
  const digest = 'a'.repeat(64);
  const listing = `REF TYPE DIGEST SIZE PLATFORMS LABELS
registry.k8s.io/pause:3.10.2     application/vnd.oci sha256:1 306.4 KiB linux/amd64 io.cri-containerd.image=managed,io.cri-containerd.pinned=pinned,platform.tkestack.io/archive=${digest}
registry.k8s.io/etcd:3.6.8-0     application/vnd.oci sha256:2 21.4 MiB  linux/amd64 io.cri-containerd.image=managed
example.com/x:1                  application/vnd.oci sha256:3 1.0 MiB   linux/amd64 notplatform.tkestack.io/archive=${digest},a=b
`;
  expect([...importedImages(listing)]).toEqual([['registry.k8s.io/pause:3.10.2', digest]]);
});
