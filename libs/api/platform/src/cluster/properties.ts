import { s } from '@tke/crd';
import type { Schema } from '@tke/crd';

import { textMap } from '../text.ts';

/** Pods per node that the API knows, with the longest IPv4 prefix of a block of pods that holds them. */
export const prefixOfPods = { 16: 28, 32: 27, 64: 26, 128: 25, 256: 24 } as const;
export const defaultMaxNodePodNum = 256;

const services = [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];

function oneOfNumbers(description: string, field: string, values: readonly number[]): Schema<number> {
  const rules = [
    {
      rule: `self in [${values.join(', ')}]`,
      message: `${field} must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}: choose the next larger one`,
    },
  ];
  return s.integer(description, { format: 'int32', rules });
}

export const properties = s.object('Sizes.', {
  maxClusterServiceNum: s.optional(
    oneOfNumbers(
      'Services the cluster has room for, where serviceCIDR is absent. Absent: 256.',
      'maxClusterServiceNum',
      services,
    ),
  ),
  maxNodePodNum: s.optional(
    oneOfNumbers('Pods a node has room for. Absent: 256.', 'maxNodePodNum', Object.keys(prefixOfPods).map(Number)),
  ),
  oversoldRatio: s.optional(textMap('Kept for consoles and not interpreted.', 'Ratio.')),
});
