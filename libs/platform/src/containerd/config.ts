import type { CgroupDriver } from './cgroup-driver.ts';

export const containerdSocket = '/run/containerd/containerd.sock';
export const configPath = '/etc/containerd/config.toml';
/** Drop-ins of the administrator, e.g. by features.files. What they say comes before what we say. */
export const dropInFolder = '/etc/containerd/conf.d';

export interface ContainerdSettings {
  /** Reference of the image of the pause container. Kept by containerd whatever else it throws away. */
  readonly sandboxImage: string;
  readonly cgroupDriver: CgroupDriver;
}

/** Configuration of containerd 2, version 3. What is not said is its default. */
export function renderConfig({ sandboxImage, cgroupDriver }: ContainerdSettings): string {
  return `# Written by TKE. Put changes into ${dropInFolder}/*.toml: they come after this file.
version = 3
imports = ["${dropInFolder}/*.toml"]

[grpc]
  address = "${containerdSocket}"

[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = ${tomlString(sandboxImage)}

[plugins."io.containerd.cri.v1.images".registry]
  config_path = "/etc/containerd/certs.d"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
  SystemdCgroup = ${String(cgroupDriver === 'systemd')}
`;
}

export const crictlConfigPath = '/etc/crictl.yaml';

export const crictlConfig = `runtime-endpoint: unix://${containerdSocket}
image-endpoint: unix://${containerdSocket}
timeout: 10
`;

/** A basic string of TOML is one of JSON where it holds neither DEL nor surrogates, as references of images do not. */
function tomlString(text: string): string {
  return JSON.stringify(text);
}
