import { apiVersionOf, coreKinds, type DeepReadonly, type EventObject, type KubeObject } from '@tke/meta';
import type { Clock, Random } from '@tke/time';

import { microTime } from '../leader/lease-record.ts';

export interface Reporter {
  /** Qualified name of the controller, e.g. `tkestack.io/manager`. */
  readonly controller: string;
  /** Which replica, e.g. the name of its Pod. */
  readonly instance: string;
}

export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

// Limits of events.k8s.io/v1 (kubernetes, pkg/apis/core/validation/events.go).
const longestNoteBytes = 1024;
const longestReasonOrAction = 128;
const longestName = 253;
const nameSuffix = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** A new Event. That of a cluster-scoped object lives in namespace `default`, as the server demands. */
export function makeEvent(
  regarding: DeepReadonly<KubeObject>,
  { type, reason, action, note }: Occurrence,
  reporter: Reporter,
  clock: Clock,
  random: Random,
): EventObject {
  const { name = '', namespace, uid } = regarding.metadata;
  return {
    apiVersion: apiVersionOf(coreKinds.event),
    kind: coreKinds.event.kind,
    metadata: { name: eventName(name, clock, random), namespace: namespace ?? 'default' },
    eventTime: microTime(clock.now()),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, longestReasonOrAction),
    action: action.slice(0, longestReasonOrAction),
    reason: reason.slice(0, longestReasonOrAction),
    note: truncateUtf8(note, longestNoteBytes),
    type,
    regarding: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

/** `<object>.<time and chance>`; names like `system:node` are legal for RBAC objects but not for Events. */
function eventName(name: string, clock: Clock, random: Random): string {
  const chance = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  const suffix = `.${clock.now().toString(16)}${chance}`;
  const prefix = nameSuffix.test(name) ? name.slice(0, longestName - suffix.length).replace(/[-.]+$/, '') : 'event';
  return prefix + suffix;
}

/** At most `limit` bytes, cut between characters, with an ellipsis where something was cut. */
export function truncateUtf8(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) {
    return text;
  }
  const ellipsis = '…';
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(limit - Buffer.byteLength(ellipsis)));
  return text.slice(0, read) + ellipsis;
}
