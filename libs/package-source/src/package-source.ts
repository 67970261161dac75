import type { Readable } from 'node:stream';

export type Architecture = 'amd64' | 'arm64';

/** A file of a release, verified: what `open` streams has this digest, or the stream fails. */
export interface PackageFile {
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  open(): Readable;
}

/** A program for a host. `bin`: for PATH. `cni`: a plugin of the container network. */
export interface PackageProgram extends PackageFile {
  /** Of the program itself, e.g. `2.4.2` for containerd. */
  readonly version: string;
  readonly folder: 'bin' | 'cni';
}

/** An OCI archive of one image. */
export interface PackageImage extends PackageFile {
  /** As kubeadm and the kubelet ask for it, e.g. `registry.k8s.io/pause:3.10.2`. */
  readonly reference: string;
  /** Whether hosts of the control plane alone need it. */
  readonly controlPlaneOnly: boolean;
}

/** All that a host needs for a version of Kubernetes. */
export interface PackageRelease {
  /** `1.36.3` */
  readonly version: string;
  readonly architecture: Architecture;
  readonly programs: readonly PackageProgram[];
  readonly images: readonly PackageImage[];
}

/** Where hosts' software comes from: a folder of this machine, or an HTTP mirror of one. */
export interface PackageSource {
  /** Folder or URL, for messages. */
  readonly location: string;
  /**
   * Verifies every file of the release, each once as long as it is left alone; of a mirror, keeps them on this machine
   * first. Rejects with PackageSourceUnreachable (Retryable), or with PackageIndexInvalid, VersionNotPackaged,
   * ArchitectureNotPackaged, PackageMissing, PackageDamaged or PackageCacheUnusable (NeedsUser).
   */
  release(version: string, architecture: Architecture, signal?: AbortSignal): Promise<PackageRelease>;
}
