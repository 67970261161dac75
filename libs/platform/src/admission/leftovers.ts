import type { DeepReadonly, KubeObject } from '@tke/meta';

/** What manifests written for TKEStack may carry, wherever it applies. */
interface Leftovers {
  readonly finalizers?: readonly string[];
  readonly scalingMachines?: readonly unknown[];
  readonly dockerExtraArgs?: Readonly<Record<string, string>>;
  readonly bootstrapApps?: readonly unknown[];
  readonly features?: { readonly csiOperator?: object };
}

/** Fields of the spec that TKEStack read and nobody reads here. */
export function leftoverWarnings(object: DeepReadonly<KubeObject>): readonly string[] {
  const { spec = {} } = object as { readonly spec?: Leftovers };
  const { finalizers, scalingMachines, dockerExtraArgs = {}, bootstrapApps, features } = spec;
  return [
    ...(finalizers?.length
      ? ['spec.finalizers is ignored: metadata.finalizers do its work, and controllers set them']
      : []),
    ...(scalingMachines?.length ? ['spec.scalingMachines is ignored: spec.machines says what is wanted'] : []),
    ...(Object.keys(dockerExtraArgs).length > 0 ? ['spec.dockerExtraArgs is ignored: hosts run containerd'] : []),
    ...(bootstrapApps?.length ? ['spec.bootstrapApps: nothing acts on it yet'] : []),
    ...(features?.csiOperator === undefined ? [] : ['spec.features.csiOperator: nothing acts on it yet']),
  ];
}
