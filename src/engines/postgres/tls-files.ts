import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { JemError } from '../../errors.ts';
import type { Environment, Warning } from '../engine.ts';
import type { Conninfo } from './conninfo.ts';

export interface TlsSurroundings extends Pick<Environment, 'home' | 'env'> {
  readonly warn: (warning: Warning) => void;
}

export interface TlsFiles {
  /** null: the server's certificate is not verified. */
  readonly ca: readonly string[] | null;
  readonly crl: readonly string[] | null;
  readonly cert: string | null;
  readonly key: string | undefined;
}

/** Where OpenSSL builds of the usual systems find their trusted certificates. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Reads what libpq would read for this connection, with libpq's defaults in `~/.postgresql`. */
export async function readTlsFiles(
  conninfo: Conninfo,
  surroundings: TlsSurroundings,
): Promise<TlsFiles> {
  const ca = await rootsOf(conninfo, surroundings);
  const crl = ca && (await revocationLists(conninfo, surroundings));
  const { cert, key } = await clientCertificate(conninfo, surroundings);
  return { ca, crl, cert, key };
}

async function rootsOf(
  { sslmode, params }: Conninfo,
  surroundings: TlsSurroundings,
): Promise<readonly string[] | null> {
  const given = params['sslrootcert'];
  if (given === 'system') return systemRoots(surroundings.env);
  const path = given || inHome(surroundings, 'root.crt');
  const text = await readIfThere(path);
  if (text !== null) return [certificateText(text, path)];
  if (sslmode.startsWith('verify-')) {
    throw new JemError('file-missing', `Root certificate file not found: ${path}`, {
      why: `sslmode=${sslmode} verifies the server with the certificates in that file.`,
      hint: 'Give sslrootcert=FILE, or sslrootcert=system with sslmode=verify-full for a public authority.',
      original: `ENOENT: no such file or directory, open '${path}'`,
    });
  }
  if (given) {
    surroundings.warn({
      code: 'root-certificate-missing',
      message: `sslrootcert=${path} does not exist, so sslmode=${sslmode} does not verify the server`,
    });
  }
  return null;
}

async function systemRoots(env: TlsSurroundings['env']): Promise<readonly string[]> {
  const file = env['SSL_CERT_FILE'];
  const folders = env['SSL_CERT_DIR']?.split(':').filter(Boolean);
  const fromFile = file ? await readIfThere(file) : null;
  const others = folders
    ? (await Promise.all(folders.map((folder) => hashed(folder, '')))).flat()
    : await systemBundle();
  return fromFile === null ? others : [fromFile, ...others];
}

async function systemBundle(): Promise<readonly string[]> {
  for (const path of systemBundles) {
    const text = await readIfThere(path);
    if (text !== null) return [text];
  }
  return rootCertificates;
}

/** A list that is not there is no error for libpq: the check is simply not made. */
async function revocationLists(
  { params }: Conninfo,
  surroundings: TlsSurroundings,
): Promise<readonly string[] | null> {
  const folder = params['sslcrldir'];
  const file = params['sslcrl'] || (folder ? undefined : inHome(surroundings, 'root.crl'));
  const fromFile = file ? await readIfThere(file) : null;
  const fromFolder = folder ? await hashed(folder, 'r') : [];
  const lists = [...(fromFile === null ? [] : [fromFile]), ...fromFolder];
  return lists.length > 0 ? lists : null;
}

async function clientCertificate(
  { params }: Conninfo,
  surroundings: TlsSurroundings,
): Promise<Pick<TlsFiles, 'cert' | 'key'>> {
  if (params['sslcertmode'] === 'disable') return { cert: null, key: undefined };
  const path = params['sslcert'] || inHome(surroundings, 'postgresql.crt');
  const cert = await readIfThere(path);
  if (cert === null) return { cert, key: undefined };
  const keyPath = params['sslkey'] || inHome(surroundings, 'postgresql.key');
  return {
    cert: certificateText(cert, path),
    key: await privateKey(keyPath, params['sslpassword']),
  };
}

async function privateKey(path: string, passphrase: string | undefined): Promise<string> {
  const file = await stat(path).catch((error: unknown) => {
    throw new JemError('file-missing', `Private key file not found: ${path}`, {
      why: 'There is a client certificate, and it is of no use without its private key.',
      hint: 'Give sslkey=FILE.',
      original: String(error),
    });
  });
  // libpq: a file of root's may be read by its group, so that system-wide keys can be used.
  const tooOpen = file.uid === 0 ? 0o037 : 0o077;
  if (!file.isFile() || (file.mode & tooOpen) !== 0) {
    throw new JemError('file-unreadable', `The private key file ${path} is open to others`, {
      why: 'Others of this machine could use it; it is refused as libpq refuses it.',
      hint: `chmod 600 ${path}`,
    });
  }
  const bytes = await readFile(path);
  const text = bytes.toString('latin1');
  if (text.includes('-----BEGIN')) return text;
  return derKey(bytes, passphrase) ?? text;
}

/** libpq reads a key in PEM, then in DER. */
function derKey(key: Buffer, passphrase: string | undefined): string | null {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      const read = createPrivateKey({
        key,
        format: 'der',
        type,
        ...(passphrase && { passphrase }),
      });
      return read.export({ format: 'pem', type: 'pkcs8' }).toString();
    } catch {
      continue;
    }
  }
  return null;
}

/** The files of a folder made by `openssl rehash`. */
async function hashed(folder: string, kind: '' | 'r'): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const wanted = names.filter((name) => new RegExp(`^[0-9a-f]{8}\\.${kind}\\d+$`).test(name));
  return Promise.all(wanted.map((name) => readFile(join(folder, name), 'utf8')));
}

function certificateText(text: string, path: string): string {
  try {
    new X509Certificate(text);
    return text;
  } catch (error) {
    throw new JemError('tls-failed', `${path} holds no certificate`, {
      why: 'The file is empty, damaged, or not in PEM form.',
      hint: `Look at it with: openssl x509 -in ${path} -noout -subject`,
      original: String(error),
    });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new JemError('file-unreadable', `Cannot read ${path}`, {
      why: 'The file is there, but this user may not read it.',
      hint: `Look at its rights: ls -l ${path}`,
      original: String(error),
    });
  }
}

function inHome({ home }: TlsSurroundings, name: string): string {
  return join(home, '.postgresql', name);
}
