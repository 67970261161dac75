export { certificateInfo } from './certificate-info.ts';
export type { CertificateInfo } from './certificate-info.ts';
export { createCertificateRequest } from './certificate-request.ts';
export type { CertificateRequestOptions, RequestAndKey } from './certificate-request.ts';
export { createCa, issueCertificate } from './certificates.ts';
export type { CaOptions, CertificateAndKey, CertificateOptions } from './certificates.ts';
export type { Usage } from './extensions.ts';
