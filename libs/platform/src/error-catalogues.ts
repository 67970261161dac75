import { authorizationErrors } from './authorization/errors.ts';
import { platformErrors } from './errors.ts';
import { fileErrors } from './files/errors.ts';
import { importErrors } from './imported/errors.ts';
import { kubeadmErrors } from './kubeadm/errors.ts';
import { machineErrors } from './machine/errors.ts';
import { networkErrors } from './network/errors.ts';
import { observeErrors } from './observe/errors.ts';
import { preflightErrors } from './preflight/preflight-failure.ts';
import { hostStepErrors } from './steps/host/errors.ts';

/** What can go wrong with clusters and machines, by what it is about. */
export const errorCatalogues = {
  clusters: [platformErrors, networkErrors, kubeadmErrors, authorizationErrors],
  imported: [importErrors, observeErrors],
  machines: [machineErrors],
  hosts: [preflightErrors, hostStepErrors, fileErrors],
} as const;
