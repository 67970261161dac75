import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { ImageLayout, sha256 } from './image-layout.ts';
import { inTemporaryFolder, tar } from './tar.ts';

/** What an engine runs; the fields of the OCI image specification, config.md. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface Image {
  /** Name and tag. */
  readonly name: string;
  /** `amd64` or `arm64`. */
  readonly architecture: string;
  readonly config: ImageConfig;
  /** Uncompressed tars, the lowest first. */
  readonly layers: readonly Buffer[];
}

const oci = 'application/vnd.oci.image';

/** Tar of a folder that `fill` fills, for use as a layer. */
export function layer(ownerId: number, fill: (folder: string) => void): Buffer {
  return inTemporaryFolder((folder) => {
    fill(folder);
    return tar(folder, ownerId);
  });
}

/**
 * Writes a tar of an OCI image layout, which `docker load`, `podman load` and `ctr images import` read. The same image
 * gives the same bytes.
 */
export function writeImageArchive(path: string, { name, architecture, config, layers }: Image): void {
  inTemporaryFolder((folder) => {
    const layout = new ImageLayout(folder);
    const manifest = layout.addJson(`${oci}.manifest.v1+json`, {
      schemaVersion: 2,
      mediaType: `${oci}.manifest.v1+json`,
      config: layout.addJson(`${oci}.config.v1+json`, {
        architecture,
        os: 'linux',
        config,
        rootfs: { type: 'layers', diff_ids: layers.map((content) => `sha256:${sha256(content)}`) },
      }),
      layers: layers.map((content) => layout.addBlob(`${oci}.layer.v1.tar+gzip`, gzipSync(content))),
    });
    layout.writeIndex(manifest, name);
    writeFileSync(path, tar(folder, 0));
  });
}
