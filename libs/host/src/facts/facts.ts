export type CpuArchitecture = 'amd64' | 'arm64';

export interface DiskFacts {
  /** As asked for. */
  readonly path: string;
  /** Where the file system that holds it, or would hold it, is mounted. */
  readonly mount: string;
  readonly type: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** Undefined on file systems without a fixed number of inodes. */
  readonly freeInodes: number | undefined;
}

export interface AddressFacts {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number | undefined;
  readonly family: 4 | 6;
}

export interface RouteFacts {
  readonly family: 4 | 6;
  readonly interface: string;
  readonly gateway: string | undefined;
}

/** Whether a kernel module can be used: built in or loaded, loadable, or not there. */
export type ModuleState = 'present' | 'loadable' | 'absent';

export interface HostFacts {
  readonly os: {
    /** `debian`, `rocky`, `tencentos`, … */
    readonly id: string;
    readonly versionId: string;
    readonly name: string;
    /** The distributions it is made from. */
    readonly like: readonly string[];
  };
  readonly hostname: string;
  /** Undefined for one that Kubernetes' packages are not built for; `machine` has its name. */
  readonly architecture: CpuArchitecture | undefined;
  /** As `uname -m`. */
  readonly machine: string;
  readonly kernel: string;
  readonly machineId: string;
  readonly productUuid: string;
  /** Another one after each boot. */
  readonly bootId: string;
  readonly cgroup: { readonly version: 1 | 2 | undefined; readonly controllers: readonly string[] };
  readonly cpus: number;
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
  readonly swap: { readonly totalBytes: number; readonly devices: readonly string[] };
  readonly disks: readonly DiskFacts[];
  readonly addresses: readonly AddressFacts[];
  readonly defaultRoutes: readonly RouteFacts[];
  /** How far the host's clock is ahead of ours, give or take `uncertaintyMs`. */
  readonly clock: { readonly aheadMs: number; readonly uncertaintyMs: number };
  /** Programs that are there, with their versions; `unknown` where they do not say. */
  readonly installed: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, ModuleState>>;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Undefined when the host does not run systemd. */
  readonly systemd: { readonly version: number } | undefined;
  /** `docker`, `podman`, `lxc`, …, or undefined on a machine of its own. */
  readonly container: string | undefined;
  readonly selinux: string | undefined;
}
