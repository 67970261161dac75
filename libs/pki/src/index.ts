export { certificateInfo } from './certificate-info.ts';
export type { CertificateInfo } from './certificate-info.ts';
export { createCa, issueCertificate } from './certificates.ts';
export type { CaOptions, CertificateAndKey, CertificateOptions } from './certificates.ts';
export type { Usage } from './extensions.ts';
