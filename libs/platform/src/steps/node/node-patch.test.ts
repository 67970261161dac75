import { describe, expect, test } from '@jest/globals';

import type { NodeSpec } from '../../build/scope.ts';
import type { Node } from './node.ts';
import { appliedMarksAnnotation, isCordonedByOthers } from './applied-marks.ts';
import { nodePatch } from './node-patch.ts';

const worker: NodeSpec = {
  ip: '10.0.0.12',
  name: '10.0.0.12',
  role: 'Worker',
  labels: {},
  annotations: {},
  taints: [],
};
const master: NodeSpec = { ...worker, ip: '10.0.0.11', name: '10.0.0.11', role: 'ControlPlane' };
const controlPlane = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

function node(metadata: Node['metadata'] = {}, taints?: NonNullable<Node['spec']>['taints']): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', resourceVersion: '7', ...metadata },
    ...(taints === undefined ? {} : { spec: { taints } }),
  };
}

function withoutNulls(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** As the API server applies it. */
function patched(before: Node, spec: NodeSpec, options = {}): Node {
  const patch = nodePatch(before, spec, options) as { metadata: Node['metadata']; spec?: Node['spec'] } | undefined;
  if (patch === undefined) {
    return before;
  }
  const texts = (old: object = {}, change: object = {}) =>
    withoutNulls({ ...old, ...change }) as Record<string, string>;
  return {
    ...before,
    metadata: {
      ...before.metadata,
      labels: texts(before.metadata.labels, patch.metadata.labels),
      annotations: texts(before.metadata.annotations, patch.metadata.annotations),
    },
    spec: withoutNulls({ ...before.spec, ...patch.spec }),
  };
}

describe('nodePatch', () => {
  test('a worker gets the label of its machine and what spec names, and then nothing more', () => {
    const spec = {
      ...worker,
      labels: { rack: 'a' },
      annotations: { note: 'x' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' as const }],
    };
    const after = patched(node({ labels: { foreign: '1' } }), spec);
    expect(after.metadata.labels).toEqual({ foreign: '1', rack: 'a', 'platform.tkestack.io/machine-ip': '10.0.0.12' });
    expect(after.metadata.annotations).toMatchObject({ note: 'x' });
    expect(after.spec?.taints).toEqual([{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }]);
    expect(nodePatch(after, spec)).toBeUndefined();
  });

  test('holds the version that was looked at, for the taints are replaced as a whole', () => {
    expect(nodePatch(node(), worker)).toMatchObject({ metadata: { resourceVersion: '7' } });
  });

  test('what leaves spec leaves the node; what others set stays', () => {
    const spec = {
      ...worker,
      labels: { rack: 'a' },
      annotations: { note: 'x' },
      taints: [{ key: 'gpu', effect: 'NoSchedule' as const }],
    };
    const unreachable = {
      key: 'node.kubernetes.io/unreachable',
      effect: 'NoExecute' as const,
      timeAdded: '2025-01-01T00:00:00Z',
    };
    const before = patched(node({ labels: { foreign: '1' }, annotations: { other: '2' } }, [unreachable]), spec);
    const after = patched(before, worker);
    expect(after.metadata.labels).toEqual({ foreign: '1', 'platform.tkestack.io/machine-ip': '10.0.0.12' });
    expect(after.metadata.annotations).toEqual({ other: '2', [appliedMarksAnnotation]: expect.any(String) });
    expect(after.spec?.taints).toEqual([unreachable]);
  });

  test('a value that was changed by hand goes back to that of spec', () => {
    const spec = {
      ...worker,
      labels: { rack: 'a' },
      taints: [{ key: 'gpu', value: 'a', effect: 'NoExecute' as const }],
    };
    const before = patched(node(), spec);
    before.metadata.labels!.rack = 'b';
    const changed = { ...before, spec: { taints: [{ key: 'gpu', value: 'b', effect: 'NoExecute' as const }] } };
    const after = patched(changed, spec);
    expect(after.metadata.labels).toMatchObject({ rack: 'a' });
    expect(after.spec?.taints).toEqual([{ key: 'gpu', value: 'a', effect: 'NoExecute' }]);
  });

  test('a time that the API server added to a taint is no change', () => {
    const spec = { ...worker, taints: [{ key: 'gpu', value: '', effect: 'NoExecute' as const }] };
    const before = patched(node(), spec);
    const timed = {
      ...before,
      spec: { taints: [{ key: 'gpu', effect: 'NoExecute' as const, timeAdded: '2025-01-01T00:00:00Z' }] },
    };
    expect(nodePatch(timed, spec)).toBeUndefined();
  });

  test('the control plane is marked as kubeadm does, unless pods may be there', () => {
    const after = patched(node(), master);
    expect(after.metadata.labels).toMatchObject({
      'node-role.kubernetes.io/control-plane': '',
      'node.kubernetes.io/exclude-from-external-load-balancers': '',
    });
    expect(after.spec?.taints).toEqual([controlPlane]);
    expect(patched(after, master, { schedulable: true }).spec?.taints).toEqual([]);
    // Also where kubeadm set it, as after an upgrade.
    expect(
      patched(node({}, [{ ...controlPlane, effect: 'NoSchedule' }]), master, { schedulable: true }).spec?.taints,
    ).toEqual([]);
  });

  test.each(['not json', '[]', 'null', '{"labels": 3, "taints": [1]}'])(
    'a mark that cannot be read (%s) takes nothing away',
    (text) => {
      const after = patched(
        node({ labels: { foreign: '1' }, annotations: { [appliedMarksAnnotation]: text } }),
        worker,
      );
      expect(after.metadata.labels).toMatchObject({ foreign: '1' });
      expect(nodePatch(after, worker)).toBeUndefined();
    },
  );

  describe('cordon', () => {
    const cordoned = (unschedulable?: boolean): Node => ({
      ...node(),
      spec: unschedulable === undefined ? {} : { unschedulable },
    });

    test('is set, and lifted again', () => {
      const during = patched(cordoned(), worker, { cordoned: true });
      expect(during.spec?.unschedulable).toBe(true);
      expect(isCordonedByOthers(during)).toBe(false);
      expect(nodePatch(during, worker, { cordoned: true })).toBeUndefined();
      expect(patched(during, worker, { cordoned: false }).spec?.unschedulable).toBeUndefined();
    });

    test('of somebody else stays, unless spec asked for one too', () => {
      const foreign = patched(cordoned(true), worker, { cordoned: false });
      expect(foreign.spec?.unschedulable).toBe(true);
      expect(isCordonedByOthers(foreign)).toBe(true);
      const both = patched(foreign, worker, { cordoned: true });
      expect(patched(both, worker, { cordoned: false }).spec?.unschedulable).toBeUndefined();
    });

    test('is left as it is, and remembered, by who has no say in it', () => {
      const during = patched(cordoned(), worker, { cordoned: true });
      const other = patched(during, { ...worker, labels: { rack: 'a' } });
      expect(other.spec?.unschedulable).toBe(true);
      expect(isCordonedByOthers(other)).toBe(false);
    });
  });

  test('IPv6 addresses make labels too', () => {
    const after = patched(node(), { ...worker, ip: 'fd00::12' });
    expect(after.metadata.labels).toEqual({ 'platform.tkestack.io/machine-ip': 'fd00-0-0-0-0-0-0-12' });
  });
});
