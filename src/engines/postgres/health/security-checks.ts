import type { PostgresCheck } from './check.ts';
import { applicationRole } from './checks/application-role.ts';
import { auditLog } from './checks/audit-log.ts';
import { ddlLog } from './checks/ddl-log.ts';
import { deniedAccessLog } from './checks/denied-access-log.ts';
import { expiringRoles } from './checks/expiring-roles.ts';
import { hbaErrors } from './checks/hba-errors.ts';
import { hbaMethods } from './checks/hba-methods.ts';
import { hbaNetwork } from './checks/hba-network.ts';
import { idleSessionTimeout } from './checks/idle-session-timeout.ts';
import { idleTransactionTimeout } from './checks/idle-transaction-timeout.ts';
import { loginLog } from './checks/login-log.ts';
import { passwordEncryption } from './checks/password-encryption.ts';
import { passwordHashes } from './checks/password-hashes.ts';
import { passwordlessRoles } from './checks/passwordless-roles.ts';
import { publicGrants } from './checks/public-grants.ts';
import { publicSchema } from './checks/public-schema.ts';
import { rlsAlwaysTrue } from './checks/rls-always-true.ts';
import { rlsMissing } from './checks/rls-missing.ts';
import { rlsNotForced } from './checks/rls-not-forced.ts';
import { rlsWithoutPolicy } from './checks/rls-without-policy.ts';
import { roleAttributes } from './checks/role-attributes.ts';
import { rolesPastRls } from './checks/roles-past-rls.ts';
import { securityDefiner } from './checks/security-definer.ts';
import { serverCertificate } from './checks/server-certificate.ts';
import { serverFileRoles } from './checks/server-file-roles.ts';
import { superusers } from './checks/superusers.ts';
import { tenantIndexes } from './checks/tenant-indexes.ts';
import { tlsOthers } from './checks/tls-others.ts';
import { tlsServer } from './checks/tls-server.ts';
import { tlsSession } from './checks/tls-session.ts';
import { tlsVersion } from './checks/tls-version.ts';
import { untrustedFunctions } from './checks/untrusted-functions.ts';
import { viewsPastRls } from './checks/views-past-rls.ts';

/** Of who gets in and what they may, and of tenants; what tells most comes first. */
export const securityChecks: readonly PostgresCheck[] = [
  tlsSession,
  tlsServer,
  tlsOthers,
  tlsVersion,
  serverCertificate,
  hbaMethods,
  hbaNetwork,
  hbaErrors,
  applicationRole,
  superusers,
  roleAttributes,
  serverFileRoles,
  passwordHashes,
  passwordlessRoles,
  expiringRoles,
  passwordEncryption,
  publicSchema,
  publicGrants,
  securityDefiner,
  untrustedFunctions,
  idleSessionTimeout,
  idleTransactionTimeout,
  auditLog,
  loginLog,
  deniedAccessLog,
  ddlLog,
  rlsMissing,
  rlsNotForced,
  rlsAlwaysTrue,
  rlsWithoutPolicy,
  viewsPastRls,
  rolesPastRls,
  tenantIndexes,
];
