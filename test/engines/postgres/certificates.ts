import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** A certificate with its key: as text for a server, as files for a client. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Subject {
  /** Common name. */
  readonly name: string;
  /** As openssl writes it: `DNS:localhost,IP:127.0.0.1`. */
  readonly alternatives?: string;
  /** Negative: expired. */
  readonly days?: number;
}

/** A certificate authority in a folder, for tests. */
export interface Authority extends Certificate {
  issue(file: string, subject: Subject): Promise<Certificate>;
  /** A list that names `revoked`. */
  revocationList(revoked: Certificate): Promise<string>;
}

const keyType = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export async function createAuthority(folder: string, name: string): Promise<Authority> {
  const own = await selfSigned(folder, name, { name: `${name} of a test` });
  return {
    ...own,
    issue: (file, subject) => issue(own, folder, file, subject),
    revocationList: (revoked) => revocationList(own, folder, revoked),
  };
}

/** A certificate that signs itself; an authority is one as well. */
export async function selfSigned(
  folder: string,
  file: string,
  { name, alternatives, days = 30 }: Subject,
): Promise<Certificate> {
  const paths = pathsOf(folder, file);
  await execa('openssl', [
    ...['req', '-x509', ...keyType, '-subj', `/CN=${name}`, '-days', String(days)],
    ...['-keyout', paths.keyFile, '-out', paths.certificateFile],
    ...(alternatives ? ['-addext', `subjectAltName=${alternatives}`] : []),
  ]);
  return read(paths);
}

async function issue(
  authority: Certificate,
  folder: string,
  file: string,
  { name, alternatives, days = 30 }: Subject,
): Promise<Certificate> {
  const paths = pathsOf(folder, file);
  const request = join(folder, `${file}.csr`);
  const extensions = join(folder, `${file}.ext`);
  await writeFile(extensions, alternatives ? `subjectAltName=${alternatives}\n` : '');
  const subject = ['-subj', name ? `/CN=${name}` : '/'];
  await execa('openssl', [
    'req',
    ...keyType,
    ...subject,
    '-keyout',
    paths.keyFile,
    '-out',
    request,
  ]);
  await execa('openssl', [
    ...['x509', '-req', '-in', request, '-days', String(days), '-extfile', extensions],
    ...['-CA', authority.certificateFile, '-CAkey', authority.keyFile, '-CAcreateserial'],
    ...['-out', paths.certificateFile],
  ]);
  return read(paths);
}

async function revocationList(
  authority: Certificate,
  folder: string,
  revoked: Certificate,
): Promise<string> {
  const path = (name: string) => join(folder, name);
  await writeFile(path('index.txt'), '');
  await writeFile(path('crlnumber'), '01\n');
  await writeFile(
    path('ca.cnf'),
    `[ca]\ndefault_ca = own\n[own]\ndatabase = ${path('index.txt')}\ncrlnumber = ${path('crlnumber')}\ndefault_md = sha256\ndefault_crl_days = 30\n`,
  );
  const keys = ['-cert', authority.certificateFile, '-keyfile', authority.keyFile];
  const base = ['ca', '-config', path('ca.cnf'), ...keys];
  await execa('openssl', [...base, '-revoke', revoked.certificateFile]);
  await execa('openssl', [...base, '-gencrl', '-out', path('root.crl')]);
  return path('root.crl');
}

function pathsOf(folder: string, file: string): Pick<Certificate, 'certificateFile' | 'keyFile'> {
  return { certificateFile: join(folder, `${file}.crt`), keyFile: join(folder, `${file}.key`) };
}

async function read(paths: Pick<Certificate, 'certificateFile' | 'keyFile'>): Promise<Certificate> {
  await chmod(paths.keyFile, 0o600);
  return {
    ...paths,
    certificate: await readFile(paths.certificateFile, 'utf8'),
    key: await readFile(paths.keyFile, 'utf8'),
  };
}
