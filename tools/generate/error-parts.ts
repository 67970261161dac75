import type { CodedErrorFactory, ErrorClass } from '@tke/errors';
import { unforeseenErrors } from '@tke/errors';

import { cliErrors } from '../../apps/kubectl-tke/src/errors.ts';
import { optionErrors } from '../../apps/manager/src/platform-options.ts';
import { coverErrors } from '../../libs/authz/src/cover/errors.ts';
import { authzErrors } from '../../libs/authz/src/errors.ts';
import { credentialErrors } from '../../libs/business/src/credential/errors.ts';
import { emigrationErrors } from '../../libs/business/src/emigration/errors.ts';
import { memberErrors as membershipErrors } from '../../libs/business/src/members/errors.ts';
import { namespaceErrors } from '../../libs/business/src/namespace/errors.ts';
import { projectErrors } from '../../libs/business/src/project/errors.ts';
import { quotaErrors } from '../../libs/business/src/quota/errors.ts';
import { errors as crdErrors } from '../../libs/crd/src/errors.ts';
import { errors as envtestErrors } from '../../libs/envtest/src/errors.ts';
import { errors as sshdErrors } from '../../libs/envtest/src/sshd/errors.ts';
import { errors as hostErrors } from '../../libs/host/src/errors.ts';
import { discoveryErrors, refusalErrors, transportErrors } from '../../libs/kube-client/src/error-codes.ts';
import { memberErrors } from '../../libs/member-cluster/src/errors.ts';
import { netErrors } from '../../libs/net/src/errors.ts';
import { locationErrors, errors as packageErrors } from '../../libs/package-source/src/errors.ts';
import { planErrors } from '../../libs/plan/src/errors.ts';
import { authorizationErrors } from '../../libs/platform/src/authorization/errors.ts';
import { platformErrors } from '../../libs/platform/src/errors.ts';
import { fileErrors } from '../../libs/platform/src/files/errors.ts';
import { importErrors } from '../../libs/platform/src/imported/errors.ts';
import { kubeadmErrors } from '../../libs/platform/src/kubeadm/errors.ts';
import { machineErrors } from '../../libs/platform/src/machine/errors.ts';
import { networkErrors } from '../../libs/platform/src/network/errors.ts';
import { observeErrors } from '../../libs/platform/src/observe/errors.ts';
import { preflightErrors } from '../../libs/platform/src/preflight/preflight-failure.ts';
import { hostStepErrors } from '../../libs/platform/src/steps/host/errors.ts';
import { compileErrors } from '../../libs/policy/src/compile/errors.ts';
import { policyErrors } from '../../libs/policy/src/errors.ts';
import { escalationErrors } from '../../libs/policy/src/escalation/errors.ts';
import { runtimeAppErrors } from '../../libs/runtime/src/app/errors.ts';
import { cacheErrors } from '../../libs/runtime/src/cache/errors.ts';
import { controllerErrors } from '../../libs/runtime/src/controller/errors.ts';
import { leaderErrors } from '../../libs/runtime/src/leader/errors.ts';
import { managerErrors } from '../../libs/runtime/src/manager/errors.ts';
import { metricsErrors } from '../../libs/runtime/src/metrics/errors.ts';
import { objectErrors } from '../../libs/runtime/src/objects/errors.ts';
import { webhookErrors } from '../../libs/webhook/src/errors.ts';

/** What `codedErrors` returns. */
export type ErrorCatalogue = Readonly<Record<string, CodedErrorFactory>>;

/** A part of the product, as its users know it, with the errors that it raises. */
export interface ErrorPart {
  readonly name: string;
  /** Where a user meets its codes, after "Seen in: ". */
  readonly seen: string;
  /** What becomes of an error of a class, where that is more, or something else, than `usually`. */
  readonly then: Partial<Readonly<Record<ErrorClass, string>>>;
  /** By the file that declares them, relative to the root of the repository. */
  readonly catalogues: Readonly<Record<string, readonly ErrorCatalogue[]>>;
}

/** What becomes of an error of a class. */
export const usually: Readonly<Record<ErrorClass, string>> = {
  Retryable: 'It is tried again by itself, with growing pauses: there is nothing to do unless it lasts.',
  NeedsUser: 'It waits for somebody to act, and goes on by itself once what is wrong is mended.',
  Bug: 'It is a fault of the program: please report it, with the log lines around it.',
};

const ofPlans =
  'It waits for somebody to act. A step that failed is tried again when the spec changes, or the annotation `platform.tkestack.io/retry` gets another value; a Secret that is corrected is noticed by itself.';
const ofAddresses =
  'Hosts wait for somebody to act: a step that failed is tried again when the spec changes, or the annotation `platform.tkestack.io/retry` gets another value; a Secret that is corrected is noticed by itself. An imported cluster is asked again by itself. Flags are read at the start: the manager ends over one that it cannot read.';
const inClusterAndMachine =
  'the conditions `Ready` and `Stalled` of Clusters and Machines, their events, and `status.plan.journal`';
const oneShot = (kind: string) => `The ${kind} has failed and stays as it is; nothing further is done for it.`;
const restarted = 'The process ends. It works once it is started with what is mended.';

export const errorParts: readonly ErrorPart[] = [
  {
    name: 'Policies, bindings, roles and rules',
    seen: 'the conditions `Ready` and `Stalled` of kinds of `auth.tkestack.io`, and their events',
    then: {
      NeedsUser:
        'What is valid in the object counts meanwhile. The rest follows by itself once what is wrong is mended, in this object or the one it names.',
    },
    catalogues: {
      'libs/policy/src/compile/errors.ts': [compileErrors],
      'libs/policy/src/errors.ts': [policyErrors],
    },
  },
  {
    name: 'Handing out permissions',
    seen: 'the answer to `kubectl apply` when a user of a tenant writes what grants permissions',
    then: {
      Retryable: 'The write was refused; nothing of it has happened. Apply it again in some seconds.',
      NeedsUser: 'The write was refused; nothing of it has happened.',
    },
    catalogues: {
      'libs/policy/src/escalation/errors.ts': [escalationErrors],
      'libs/authz/src/cover/errors.ts': [coverErrors],
    },
  },
  {
    name: 'Answers of the authz-webhook',
    seen: 'the log of the authz-webhook, and its answers to kube-apiserver',
    then: { NeedsUser: 'It is answered or started once what is wrong is mended.' },
    catalogues: { 'libs/authz/src/errors.ts': [authzErrors] },
  },
  {
    name: 'Clusters that are built here',
    seen: inClusterAndMachine,
    then: { NeedsUser: ofPlans },
    catalogues: {
      'libs/platform/src/errors.ts': [platformErrors],
      'libs/platform/src/network/errors.ts': [networkErrors],
      'libs/platform/src/kubeadm/errors.ts': [kubeadmErrors],
      'libs/plan/src/errors.ts': [planErrors],
      'apps/manager/src/platform-options.ts': [optionErrors],
    },
  },
  {
    name: 'Work on hosts',
    seen: inClusterAndMachine,
    then: { NeedsUser: ofPlans },
    catalogues: {
      'libs/platform/src/preflight/preflight-failure.ts': [preflightErrors],
      'libs/platform/src/steps/host/errors.ts': [hostStepErrors],
      'libs/platform/src/files/errors.ts': [fileErrors],
    },
  },
  {
    name: 'SSH',
    seen: inClusterAndMachine,
    then: { NeedsUser: ofPlans },
    catalogues: { 'libs/host/src/errors.ts': [hostErrors] },
  },
  {
    name: 'Packages',
    seen: inClusterAndMachine,
    then: { NeedsUser: ofPlans },
    catalogues: { 'libs/package-source/src/errors.ts': [packageErrors] },
  },
  {
    name: 'Addresses that may be connected to',
    seen: `${inClusterAndMachine}; what flags say, in the log of the manager`,
    then: { NeedsUser: ofAddresses },
    catalogues: { 'libs/net/src/errors.ts': [netErrors] },
  },
  {
    name: 'Machines',
    seen: 'the conditions `Ready` and `Stalled` of Machines, and their events',
    then: {},
    catalogues: { 'libs/platform/src/machine/errors.ts': [machineErrors] },
  },
  {
    name: 'Imported clusters',
    seen: 'the conditions `Ready` and `Stalled` of Clusters of type Imported, and their events',
    then: {},
    catalogues: { 'libs/platform/src/imported/errors.ts': [importErrors] },
  },
  {
    name: 'What the status of Clusters tells',
    seen: 'the message of the condition `Observed` of Clusters',
    then: { NeedsUser: 'It hinders nothing but that part of the status.' },
    catalogues: { 'libs/platform/src/observe/errors.ts': [observeErrors] },
  },
  {
    name: 'The way to member clusters',
    seen: 'the conditions of Clusters, and of what lies in them: Machines, Namespaces, credentials',
    then: {},
    catalogues: { 'libs/member-cluster/src/errors.ts': [memberErrors] },
  },
  {
    name: 'Central authorization of members',
    seen: 'the events of Clusters, and the log of the manager',
    then: { NeedsUser: restarted },
    catalogues: { 'libs/platform/src/authorization/errors.ts': [authorizationErrors] },
  },
  {
    name: 'Projects and quota',
    seen: 'the conditions `Ready`, `Stalled`, `ResolvedRefs` and `MembersBound` of Projects, those of Namespaces, and their events',
    then: {},
    catalogues: {
      'libs/business/src/project/errors.ts': [projectErrors],
      'libs/business/src/quota/errors.ts': [quotaErrors],
      'libs/business/src/members/errors.ts': [membershipErrors],
    },
  },
  {
    name: 'Namespaces of projects',
    seen: 'the conditions `Ready` and `Stalled` of Namespaces of `business.tkestack.io`, and their events',
    then: {},
    catalogues: { 'libs/business/src/namespace/errors.ts': [namespaceErrors] },
  },
  {
    name: 'Moves of namespaces',
    seen: 'the conditions and `status.plan` of NsEmigrations, and their events',
    then: { NeedsUser: oneShot('NsEmigration') },
    catalogues: { 'libs/business/src/emigration/errors.ts': [emigrationErrors] },
  },
  {
    name: 'Credentials for namespaces',
    seen: 'the conditions of NamespaceCredentials, and their events',
    then: { NeedsUser: oneShot('NamespaceCredential') },
    catalogues: { 'libs/business/src/credential/errors.ts': [credentialErrors] },
  },
  {
    name: 'Requests to API servers',
    seen: 'conditions and events of any object, logs, and the output of `kubectl tke`, which asks once and does not retry',
    then: { NeedsUser: 'Nothing is asked of the server before it is mended.' },
    catalogues: { 'libs/kube-client/src/error-codes.ts': [transportErrors, refusalErrors, discoveryErrors] },
  },
  {
    name: 'Objects that are made from yours',
    seen: 'the conditions and events of the object that they are made from, and the log of the manager',
    then: {},
    catalogues: { 'libs/runtime/src/objects/errors.ts': [objectErrors] },
  },
  {
    name: 'Servers of the webhooks',
    seen: 'the logs of the manager and the authz-webhook, `/readyz`, what kube-apiserver tells of a call that failed, and the answer to a write that could not be checked',
    then: {},
    catalogues: { 'libs/webhook/src/errors.ts': [webhookErrors] },
  },
  {
    name: 'Processes',
    seen: 'the logs of the manager and the authz-webhook, `/healthz` and `/readyz`; seldom in a condition, or the answer to a write that could not be checked',
    then: { NeedsUser: restarted },
    catalogues: {
      'libs/runtime/src/app/errors.ts': [runtimeAppErrors],
      'libs/runtime/src/leader/errors.ts': [leaderErrors],
      'libs/runtime/src/manager/errors.ts': [managerErrors],
      'libs/runtime/src/controller/errors.ts': [controllerErrors],
      'libs/runtime/src/cache/errors.ts': [cacheErrors],
      'libs/runtime/src/metrics/errors.ts': [metricsErrors],
      'libs/package-source/src/errors.ts': [locationErrors],
      'libs/crd/src/errors.ts': [crdErrors],
      'libs/errors/src/coded-error.ts': [unforeseenErrors],
    },
  },
  {
    name: 'kubectl tke',
    seen: 'the output of `kubectl tke`, with exit code 2',
    then: { NeedsUser: 'Give the command again.' },
    catalogues: { 'apps/kubectl-tke/src/errors.ts': [cliErrors] },
  },
  {
    name: 'The local hub and tests',
    seen: 'the output of `make up` and of tests',
    then: { Retryable: 'Give the command again.', NeedsUser: 'Give the command again when it is mended.' },
    catalogues: {
      'libs/envtest/src/errors.ts': [envtestErrors],
      'libs/envtest/src/sshd/errors.ts': [sshdErrors],
    },
  },
];
