import { fields, s } from '@tke/crd';
import type { Schema, ValidationRule } from '@tke/crd';

/** On a namespace of the hub: the project that owns it. On one of a member: see memberLabels. */
export const projectLabel = 'business.tkestack.io/project';

/** On namespaces of members: whose they are. TKEStack's names. */
export const memberLabels = {
  /** Name of the Project. */
  project: 'tkestack.io/projectName',
  /** Name of the Namespace object. */
  namespace: 'tkestack.io/namespaceName',
} as const;

/**
 * On a Namespace object, with the value "true": it may take over a namespace of the member that was there before and is nobody's. For
 * those to set who may create Namespaces in every project (config/admission/adoption.yaml): what is taken over is deleted with its Namespace.
 */
export const adoptAnnotation = 'business.tkestack.io/adopt';

/**
 * Namespaces of members whose names begin so are nobody's but the system's and the platform's. TKEStack refuses three of them:
 * kube-system, kube-public and kube-node-lease.
 */
export const systemNamespacePrefixes = ['kube-', 'tke-'] as const;

/** Whether a namespace of a member must never become a project's. Regardless of case, as TKEStack compares them. */
export function isSystemNamespace(name: string): boolean {
  return systemNamespacePrefixes.some((prefix) => name.toLowerCase().startsWith(prefix));
}

/** Begin of every project's name: the namespaces of the hub that begin so are for projects. */
export const projectPrefix = 'prj-';

/** Longest name of a Namespace object, because it is the value of a label in the member. */
const longestName = 63;

/** How other objects name a Namespace. */
export const namespaceName: Schema<string> = s.string('Name of the Namespace object: <clusterName>-<namespace>.', {
  minLength: 1,
  maxLength: longestName,
});

/** The name of an object is a DNS label that other fields of it say. */
export function derivedName(
  description: string,
  expected: string,
  cel: string,
): { name: Schema<string>; rules: ValidationRule[] } {
  return {
    name: fields.dnsLabel(`${description} At most ${longestName} characters.`),
    rules: [
      {
        rule: `self.metadata.name == ${cel}`,
        message: `metadata.name must be ${expected}: rename the object`,
        messageExpression: `'metadata.name must be ' + ${cel} + ': rename the object'`,
        fieldPath: '.metadata.name',
      },
    ],
  };
}
