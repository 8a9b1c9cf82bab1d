import { temporaryFolder } from '../../support/folders.ts';
import { createAuthority } from './certificates.ts';
import { opened } from './connecting.ts';
import { failing, type Fault } from './fault-cases.ts';
import { tlsServer } from './fault-servers.ts';

const local = { alternatives: 'DNS:localhost,IP:127.0.0.1' };

/** Faults of TLS. */
export const tlsFaults: Readonly<Record<string, Fault>> = {
  'tls-unknown-ca': async () => {
    const { server, authority } = await tlsServer(local);
    await using _server = server;
    const folder = await temporaryFolder();
    const other = await createAuthority(folder.path, 'other');
    if (other.certificate === authority.certificate) throw new Error('one authority');
    const params = { sslmode: 'verify-full', sslrootcert: other.certificateFile };
    return await failing(
      () => opened(server.url('postgres', params)),
      `127.0.0.1:${server.port}`,
      'sslrootcert',
    );
  },
  'tls-hostname': async () => {
    const { server, authority } = await tlsServer({ alternatives: 'DNS:db.example.com' });
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: authority.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), `127.0.0.1:${server.port}`);
  },
  'tls-expired': async () => {
    const { server, authority } = await tlsServer({ ...local, days: -1 });
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: authority.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), 'expired');
  },
  'tls-min13-server12': async () => {
    const { server } = await tlsServer(local, ["ssl_max_protocol_version = 'TLSv1.2'"]);
    await using _server = server;
    const params = { sslmode: 'require', ssl_min_protocol_version: 'TLSv1.3' };
    return await failing(
      () => opened(server.url('postgres', params)),
      `127.0.0.1:${server.port}`,
      'TLSv1.3',
    );
  },
  'tls-clientcert-missing': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    await server.psql('create role by_certificate login');
    const url = `postgres://by_certificate@127.0.0.1:${server.port}/postgres?sslmode=require`;
    return await failing(() => opened(url), 'sslcert', 'sslkey');
  },
  'tls-uri-sslmode-require': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    const folder = await temporaryFolder();
    const other = await createAuthority(folder.path, 'other');
    const params = { sslmode: 'require', sslrootcert: other.certificateFile };
    return await failing(() => opened(server.url('postgres', params)), `127.0.0.1:${server.port}`);
  },
  'tls-cafile-missing': async () => {
    const { server } = await tlsServer(local);
    await using _server = server;
    const params = { sslmode: 'verify-full', sslrootcert: '/nope/ca.pem' };
    return await failing(() => opened(server.url('postgres', params)), '/nope/ca.pem');
  },
};
