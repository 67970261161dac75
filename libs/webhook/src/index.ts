export { HttpsServer } from './server/https-server.ts';
export type { HttpsServerOptions } from './server/https-server.ts';
export { defaultLimits } from './server/limits.ts';
export type { ServerLimits } from './server/limits.ts';
export { LatencyHistogram } from './server/latency-histogram.ts';
export { WebhookMetrics } from './server/metrics.ts';
export { Pacer } from './server/caller-rate.ts';
export type { CallerRate } from './server/caller-rate.ts';
export type { PeerIdentity } from './server/peer-identity.ts';
export { RequestProblem } from './server/request-problem.ts';
export type { Route, RouteRequest, RouteResponse } from './server/route.ts';

export { FileAuthority } from './certificates/file-authority.ts';
export type { FileAuthorityOptions } from './certificates/file-authority.ts';
export { FileCertificates } from './certificates/file-certificates.ts';
export type { FileCertificatesOptions } from './certificates/file-certificates.ts';
export { certificateRotatorPermissions } from './certificates/permissions.ts';
export { CertificateRotator } from './certificates/rotator.ts';
export type { CertificateRotatorOptions } from './certificates/rotator.ts';
export type { WebhookConfigurationRef } from './certificates/ca-bundle.ts';
export { SecretCertificates } from './certificates/secret-source.ts';
export type { SecretCertificatesOptions } from './certificates/secret-source.ts';
export type { AuthoritySource, CertificatePair, CertificateSource } from './certificates/source.ts';

export { admissionRoutes } from './admission/routes.ts';
export type { AdmissionRoutesOptions } from './admission/routes.ts';
export type {
  AdmissionOperation,
  AdmissionRequest,
  AdmissionUser,
  FieldProblem,
  FieldProblemType,
  KindAdmission,
  ValidationResult,
} from './admission/types.ts';

export { kindAdmission } from './kind/kind-admission.ts';
export type { KindChecks } from './kind/kind-admission.ts';
export { fine, merged } from './kind/result.ts';
export type { MayReach, Reach } from './kind/reach.ts';
export type { Standing, TellStanding } from './kind/standing.ts';
export { platformOnlyProblems, tenantProblems, tenantWarnings, withTenant } from './kind/tenant.ts';
export type { CallerTenant, TellTenant, TenantObject } from './kind/tenant.ts';

export { subjectAccessReviewRoutes } from './sar/routes.ts';
export type { AuthorizeContext, Authorizer } from './sar/types.ts';
