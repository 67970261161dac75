import type { Step } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';

/** A network of pods, as steps on the hosts of a plan. */
export interface NetworkProvider {
  readonly name: string;
  /** After the nodes have registered. */
  readonly steps: readonly Step<BuildScope>[];
}
