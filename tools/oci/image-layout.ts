import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names a blob: OCI image specification, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A folder in the form of the OCI image specification, image-layout.md. */
export class ImageLayout {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  }

  addBlob(mediaType: string, content: Buffer): Descriptor {
    const digest = sha256(content);
    writeFileSync(join(this.#folder, 'blobs', 'sha256', digest), content);
    return { mediaType, digest: `sha256:${digest}`, size: content.length };
  }

  addJson(mediaType: string, content: object): Descriptor {
    return this.addBlob(mediaType, Buffer.from(JSON.stringify(content)));
  }

  /** `name` as engines read it on import: docker and podman the first annotation, containerd the second. */
  writeIndex(manifest: Descriptor, name: string): void {
    const annotations = { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name };
    const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
    writeFileSync(join(this.#folder, 'index.json'), JSON.stringify(index));
  }
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
