import type { Taint } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import { jsonEqual, mergeDiff } from '@tke/runtime';

import type { NodeSpec } from '../../build/scope.ts';
import { appliedMarks, appliedMarksAnnotation, type AppliedMarks } from './applied-marks.ts';
import type { Node } from './node.ts';
import { controlPlaneTaint, taintId, wantedLabels, wantedTaints, type MarkOptions } from './wanted-marks.ts';

type Texts = Readonly<Record<string, string>>;
type Taints = readonly DeepReadonly<Taint>[];

/**
 * The merge patch that gives a Node the labels, annotations, taints and cordon of spec, and takes away those that spec
 * had before; undefined when it has them. What others set stays. The patch holds the version of the Node, for the list
 * of taints is replaced as a whole: Conflict means that the Node has to be read again.
 */
export function nodePatch(node: DeepReadonly<Node>, spec: NodeSpec, options: MarkOptions = {}): object | undefined {
  const { metadata, spec: { taints: present = [], unschedulable } = {} } = node;
  const before = appliedMarks(node);
  const taints = wantedTaints(spec, options);
  const after: AppliedMarks = {
    labels: Object.keys(wantedLabels(spec)).toSorted(),
    annotations: Object.keys(spec.annotations).toSorted(),
    taints: taints.map(taintId).toSorted(),
    cordoned: options.cordoned ?? before.cordoned,
  };
  const change = mergeDiff(
    { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {}, unschedulable },
    {
      labels: marked(metadata.labels, before.labels, wantedLabels(spec)),
      annotations: marked(metadata.annotations, before.annotations, {
        ...spec.annotations,
        [appliedMarksAnnotation]: JSON.stringify(after),
      }),
      unschedulable: cordon(unschedulable, before.cordoned, options.cordoned),
    },
  );
  const nextTaints = tainted(present, [...before.taints, ...alwaysOurs(spec)], taints);
  const taintsChange = jsonEqual(nextTaints, present) ? {} : { taints: nextTaints };
  return bound(metadata.resourceVersion, change, taintsChange);
}

function bound(resourceVersion: string | undefined, change: Record<string, unknown> = {}, taints: object = {}) {
  const { unschedulable, ...metadata } = change;
  const spec = { ...taints, ...(unschedulable === undefined ? {} : { unschedulable }) };
  const isSame = Object.keys(metadata).length + Object.keys(spec).length === 0;
  return isSame ? undefined : { metadata: { ...metadata, resourceVersion }, spec };
}

function marked(present: Texts = {}, ours: readonly string[], wanted: Texts): Texts {
  const kept = Object.entries(present).filter(([key]) => !ours.includes(key));
  return { ...Object.fromEntries(kept), ...wanted };
}

function cordon(present: boolean | undefined, isOurs: boolean, wanted: boolean | undefined): boolean | undefined {
  if (wanted === true) {
    return true;
  }
  return wanted === false && isOurs ? undefined : present;
}

/** Also where kubeadm set it, e.g. in an upgrade. */
function alwaysOurs({ role }: NodeSpec): readonly string[] {
  return role === 'ControlPlane' ? [taintId(controlPlaneTaint)] : [];
}

/**
 *  Those that stay keep their place and the time the API server gave them, so that nothing changes where nothing has
 * to.
 */
function tainted(present: Taints, ours: readonly string[], wanted: Taints): Taints {
  const byId = new Map(wanted.map((taint) => [taintId(taint), taint]));
  const kept = present.flatMap((taint) => {
    const replacement = byId.get(taintId(taint));
    byId.delete(taintId(taint));
    if (replacement === undefined) {
      return ours.includes(taintId(taint)) ? [] : [taint];
    }
    return [(replacement.value ?? '') === (taint.value ?? '') ? taint : replacement];
  });
  return [...kept, ...byId.values()];
}
