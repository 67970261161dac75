import type { ValidationRule } from '@tke/crd';

const imported = "self.type == 'Imported'";

/** Rules over one spec that are not about the network. */
export const specRules: readonly ValidationRule[] = [
  {
    rule: `${imported} || (has(self.machines) && self.machines.size() > 0)`,
    message: 'machines is required to build a cluster: name the hosts of the control plane, or set type to Imported',
    fieldPath: '.machines',
    reason: 'FieldValueRequired',
  },
  {
    rule: `${imported} || !has(self.version) || self.version.matches('^([0-9]+\\\\.[0-9]+\\\\.[0-9]+([-+][0-9A-Za-z.+-]+)?)?$')`,
    message: 'version must be three numbers with dots, without v in front: write it like 1.34.2',
    fieldPath: '.version',
  },
  {
    rule: `${imported} || !has(self.addresses) || self.addresses.size() == 0`,
    message:
      'addresses are for imported clusters: remove them, status.addresses has those of clusters that are built here',
    fieldPath: '.addresses',
    reason: 'FieldValueForbidden',
  },
  {
    rule: '!has(self.clusterCredentialRef) || !has(self.credentialSecretRef)',
    message: 'clusterCredentialRef and credentialSecretRef exclude each other: keep one',
    fieldPath: '.credentialSecretRef',
    reason: 'FieldValueForbidden',
  },
  {
    rule: `!(${imported}) || !has(self.deletionPolicy) || self.deletionPolicy == 'Detach'`,
    message:
      'deletionPolicy of an imported cluster must be Detach, for nothing is known of its hosts: set Detach, or leave it out',
    fieldPath: '.deletionPolicy',
  },
];
