import { readCertificateRequest, type CertificateRequest, type Subject } from './certificate-request.ts';
import { credentialErrors } from './errors.ts';

/** Whom a credential is for, and where. */
export interface CredentialHolder {
  readonly username: string;
  readonly tenantID: string;
  readonly project: string;
  readonly cluster: string;
  /** In the cluster. */
  readonly namespace: string;
}

/** The groups that say where a user comes from. Decisions read the tenant of them; the rest tells people what it was made for. */
export function groupsOf({ tenantID, project, cluster, namespace }: CredentialHolder): readonly string[] {
  return [`tenant:${tenantID}`, `project:${project}`, `cluster:${cluster}`, `namespace:${namespace}`];
}

/** The request of a holder, which proves that he has its private key. Throws CertificateRequestInvalid. */
export function requestOf(text: string, holder: CredentialHolder): CertificateRequest {
  const request = readCertificateRequest(text);
  checkSubject(request.subject, holder);
  return request;
}

/** Throws CertificateRequestInvalid, with the command that makes it right. */
export function checkSubject({ commonNames, organizations, others }: Subject, holder: CredentialHolder): void {
  const groups = groupsOf(holder);
  const isExact =
    commonNames.length === 1 &&
    commonNames[0] === holder.username &&
    organizations.length === groups.length &&
    groups.every((group) => organizations.includes(group)) &&
    others.length === 0;
  if (!isExact) {
    throw credentialErrors.CertificateRequestInvalid(
      `the subject of spec.request must be CN=${holder.username}, ${groups.map((group) => `O=${group}`).join(', ')} and nothing else`,
      { remedy: `Create another NamespaceCredential with a request of: ${openssl(holder)}` },
    );
  }
}

/** A command for a POSIX shell. */
export function openssl(holder: CredentialHolder): string {
  const file = holder.namespace;
  const subject = [...groupsOf(holder).map((group) => `O=${group}`), `CN=${holder.username}`]
    .map((part) => `/${part.replace(/[/\\+]/g, String.raw`\$&`)}`)
    .join('');
  const quoted = `'${subject.replaceAll("'", String.raw`'\''`)}'`;
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${file}.key`;
  return `openssl req -new ${key} -utf8 -subj ${quoted} -out ${file}.csr`;
}
