import { amountsOf, most, sum, type Amounts } from '@tke/quantity';

import type { Container, Pod } from '../steps/node/pod.ts';

const none: Amounts = new Map();

/**
 * What the scheduler reserves for a pod (k8s.io/component-helpers, resource.PodRequests; KEP-753 for sidecars, KEP-2837 for
 * requests of the pod as a whole).
 */
export function podRequests({ spec = {} }: Pick<Pod, 'spec'>): Amounts {
  const { containers = [], initContainers = [], overhead, resources } = spec;
  let sidecars = none;
  let starting = none;
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      sidecars = sum(sidecars, requestsOf(container));
    } else {
      starting = most(starting, sum(sidecars, requestsOf(container)));
    }
  }
  const running = sum(sidecars, ...containers.map(requestsOf));
  const ofContainers = most(running, starting);
  const ofPod = amountsOf(resources?.requests);
  return sum(new Map([...ofContainers, ...ofPod]), amountsOf(overhead));
}

function requestsOf({ resources }: Container): Amounts {
  return amountsOf(resources?.requests);
}
