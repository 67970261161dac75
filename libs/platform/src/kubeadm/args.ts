export type Flags = Readonly<Record<string, string>>;

/** Of kubeadm v1beta4. */
export interface Arg {
  readonly name: string;
  readonly value: string;
}

/** Flags of which a component accepts one only: where spec has one, ours are left out. */
const exclusive: readonly (readonly string[])[] = [
  ['authorization-config', 'authorization-mode', 'authorization-webhook-config-file'],
  ['node-cidr-mask-size', 'node-cidr-mask-size-ipv4', 'node-cidr-mask-size-ipv6'],
];

/** Ours and those of spec; spec wins. */
export function extraFlags(ours: Flags, spec: Flags = {}): Flags {
  const replaced = exclusive.filter((names) => names.some((name) => name in spec)).flat();
  const kept = Object.entries(ours).filter(([name]) => !replaced.includes(name));
  return { ...Object.fromEntries(kept), ...spec };
}

/** In the order of names, so that the same spec makes the same file. */
export function argList(flags: Flags): readonly Arg[] {
  return Object.keys(flags)
    .toSorted()
    .map((name) => ({ name, value: flags[name] ?? '' }));
}
