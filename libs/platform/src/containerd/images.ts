/** Label of an image in containerd: SHA-256 of the archive it was imported from. Set last, so an image that has it is complete. */
export const archiveLabel = 'platform.tkestack.io/archive';

/** The kubelet leaves images with it alone: kubernetes.io, "Garbage collection", and containerd's pkg/cri/labels. */
export const pinnedLabel = 'io.cri-containerd.pinned=pinned';

/** Reads `ctr images ls`: reference to digest of the archive, for images that were imported by us. */
export function importedImages(listing: string): ReadonlyMap<string, string> {
  const label = new RegExp(`(?:^|[\\s,])${archiveLabel.replaceAll('.', '\\.')}=([0-9a-f]{64})(?:$|[\\s,])`);
  const pairs = listing.split('\n').flatMap((line) => {
    const digest = label.exec(line)?.[1];
    const [reference = ''] = line.split(/\s/, 1);
    return digest === undefined ? [] : [[reference, digest] as const];
  });
  return new Map(pairs);
}
