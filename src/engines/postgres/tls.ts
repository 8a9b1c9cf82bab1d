import {
  createSecureContext,
  type ConnectionOptions,
  type SecureContextOptions,
  type SecureVersion,
} from 'node:tls';
import { JemError } from '../../errors.ts';
import { certificateIsFor, namesOf } from './certificate-names.ts';
import type { Conninfo, PostgresHost } from './conninfo.ts';
import { tlsError } from './errors-tls.ts';
import { hostLabel } from './hosts.ts';
import { readTlsFiles, type TlsSurroundings } from './tls-files.ts';

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/**
 * The options of `tls.connect` that mean what libpq's sslmode and its companions mean for
 * this host. Reads the certificate files; throws where libpq would refuse them.
 */
export async function tlsOptions(
  conninfo: Conninfo,
  host: PostgresHost,
  surroundings: TlsSurroundings,
): Promise<ConnectionOptions> {
  const { sslmode, params } = conninfo;
  const range = versionRange(params);
  const { ca, crl, cert, key } = await readTlsFiles(conninfo, surroundings);
  const context = () =>
    createSecureContext({
      ...range,
      ...(ca && { ca: [...ca] }),
      ...(crl && { crl: [...crl] }),
      ...(cert && { cert, key, passphrase: params['sslpassword'] }),
    });
  const sendsName = params['sslsni'] !== '0' && isServerName(host.host);
  return {
    secureContext: orTlsError(context, host),
    rejectUnauthorized: ca !== null,
    ...(sendsName && { servername: host.host }),
    checkServerIdentity: (_name, { subject, subjectaltname }) => {
      if (sslmode !== 'verify-full') return undefined;
      // Absent where the certificate has no subject, whatever the types say.
      const commonName: string | readonly string[] | undefined = subject?.CN;
      return identityProblem(host, {
        commonName: typeof commonName === 'string' ? commonName : commonName?.[0],
        alternativeNames: subjectaltname,
      });
    },
  };
}

function identityProblem(
  host: PostgresHost,
  names: Parameters<typeof certificateIsFor>[1],
): JemError | undefined {
  if (host.host === '' || host.host === host.hostaddr) {
    return new JemError('tls-wrong-host', 'sslmode=verify-full needs a host name', {
      why: 'Only hostaddr is given, so there is no name to compare with the certificate.',
      hint: 'Add host=NAME beside hostaddr, with the name in the server certificate.',
    });
  }
  if (certificateIsFor(host.host, names)) return undefined;
  const certified = namesOf(names).join(', ') || 'no host';
  const asked = hostLabel(host);
  return new JemError('tls-wrong-host', `The certificate of ${asked} is for another host`, {
    why: `It is for ${certified}; the connection asks for ${host.host}.`,
    hint: 'Connect by a name of the certificate (hostaddr=ADDRESS beside it saves the look-up), or have it reissued with this name.',
    original: `certificate names: ${certified}`,
  });
}

/** libpq sends a name for SNI unless it is a literal address. */
function isServerName(host: string): boolean {
  return host !== '' && !/^[\d.]+$/.test(host) && !/[:/@]/.test(host);
}

/** libpq's minimum is TLSv1.2 where nothing is said; the parser has refused what is no version. */
function versionRange(params: Conninfo['params']): SecureContextOptions {
  return {
    minVersion: version(params['ssl_min_protocol_version']) ?? 'TLSv1.2',
    maxVersion: version(params['ssl_max_protocol_version']) ?? 'TLSv1.3',
  };
}

function version(given: string | undefined): SecureVersion | undefined {
  return versions.find((one) => one.toLowerCase() === given?.toLowerCase());
}

function orTlsError<T>(make: () => T, host: PostgresHost): T {
  try {
    return make();
  } catch (error) {
    throw tlsError(error, hostLabel(host));
  }
}
