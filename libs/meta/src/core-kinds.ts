import type { Kind } from './kind.ts';
import type { KubeObject, ObjectRef } from './object.ts';

export interface Namespace extends KubeObject {
  status?: { phase?: 'Active' | 'Terminating' };
}

export interface Secret extends KubeObject {
  type?: string;
  /** Values are base64. */
  data?: Record<string, string>;
}

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

/** coordination.k8s.io/v1 Lease. Times are MicroTime: RFC 3339 with exactly six fractional digits. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** events.k8s.io/v1 Event. */
export interface EventObject extends KubeObject {
  eventTime: string;
  reportingController: string;
  reportingInstance: string;
  action: string;
  reason: string;
  note: string;
  type: 'Normal' | 'Warning';
  regarding: Partial<ObjectRef>;
  related?: Partial<ObjectRef>;
  series?: { count: number; lastObservedTime: string };
}

/** core/v1 Event, read-only here: what `kubectl get events` shows. */
export interface CoreEvent extends KubeObject {
  reason?: string;
  message?: string;
  type?: string;
  involvedObject?: Partial<ObjectRef>;
}

export interface CustomResourceDefinition extends KubeObject {
  spec: Record<string, unknown>;
  status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

export interface WebhookConfiguration extends KubeObject {
  webhooks?: { name: string; clientConfig: { caBundle?: string; url?: string; service?: unknown } }[];
}

export const namespace: Kind<Namespace> = core('Namespace', 'namespaces', false);
export const secret: Kind<Secret> = core('Secret', 'secrets', true);
export const configMap: Kind<ConfigMap> = core('ConfigMap', 'configmaps', true);
export const coreEvent: Kind<CoreEvent> = core('Event', 'events', true);
export const lease: Kind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};
export const event: Kind<EventObject> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
export const customResourceDefinition: Kind<CustomResourceDefinition> = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};
export const validatingWebhookConfiguration = webhookConfiguration('ValidatingWebhookConfiguration');
export const mutatingWebhookConfiguration = webhookConfiguration('MutatingWebhookConfiguration');

function core<T extends KubeObject>(kind: string, plural: string, namespaced: boolean): Kind<T> {
  return { group: '', version: 'v1', kind, plural, namespaced };
}

function webhookConfiguration(kind: string): Kind<WebhookConfiguration> {
  return {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: false,
  };
}
