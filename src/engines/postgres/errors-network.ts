import { JemError, type ErrorCode } from '../../errors.ts';

interface NetworkWords {
  readonly code: ErrorCode;
  readonly title: (server: string) => string;
  readonly why: string;
  readonly hint: string;
}

const wait = 'wait for it with `jem-db wait`';

/** What the operating system says of a connection that could not be opened. */
const words: Readonly<Record<string, NetworkWords>> = {
  ECONNREFUSED: {
    code: 'connection-refused',
    title: (server) => `Nothing is listening at ${server}`,
    why: 'The host answers, but the port is closed: the server is not started, the port is wrong, or a firewall rejects.',
    hint: `Check host and port, and that the server runs (pg_isready -h HOST -p PORT); or ${wait}.`,
  },
  ENOTFOUND: {
    code: 'host-not-found',
    title: (server) => `There is no host of that name: ${server}`,
    why: 'The name server knows no such name.',
    hint: 'Check the spelling, and the names in /etc/hosts and /etc/resolv.conf.',
  },
  EAI_AGAIN: {
    code: 'name-server-silent',
    title: (server) => `The name server does not answer for ${server}`,
    why: 'The name server cannot be reached, or is too slow.',
    hint: `Check /etc/resolv.conf and the network; or ${wait}.`,
  },
  ETIMEDOUT: {
    code: 'connect-timeout',
    title: (server) => `No answer from ${server}`,
    why: 'Packets are dropped on the way: a firewall, a security group, a missing route, or the host is down.',
    hint: 'Check the network path (VPN, security group).',
  },
  ENETUNREACH: {
    code: 'network-unreachable',
    title: (server) => `The network of ${server} cannot be reached`,
    why: 'This machine has no route there, or no address of that kind (IPv6).',
    hint: 'Check network and VPN; where only IPv6 fails, name the IPv4 address.',
  },
  EHOSTUNREACH: {
    code: 'network-unreachable',
    title: (server) => `The host of ${server} cannot be reached`,
    why: 'The network is there, but the host does not answer on it.',
    hint: 'Check that the host is up, and the network path.',
  },
  ENOENT: {
    code: 'socket-missing',
    title: (server) => `There is no server socket at ${server}`,
    why: 'The server is not started, has another port, or puts its socket into another folder (unix_socket_directories).',
    hint: 'Check that the server runs and where its socket is, or connect over TCP: host=localhost.',
  },
  EACCES: {
    code: 'socket-permission',
    title: (server) => `This user may not open the socket ${server}`,
    why: 'unix_socket_permissions or the rights of the folder keep this user out.',
    hint: 'Run as a user of the group that may, or connect over TCP: host=localhost.',
  },
  ECONNRESET: {
    code: 'closed-at-start',
    title: (server) => `${server} closed the connection at once`,
    why: 'A proxy or load balancer without a healthy target, a full backlog, or not PostgreSQL.',
    hint: "Check the proxy's target, and look into the server's log.",
  },
};

const sameAs: Readonly<Record<string, string>> = {
  EAI_NONAME: 'ENOTFOUND',
  EAI_NODATA: 'ENOTFOUND',
  ENODATA: 'ENOTFOUND',
  EADDRNOTAVAIL: 'ENETUNREACH',
  EPERM: 'EACCES',
  EPIPE: 'ECONNRESET',
  ECONNABORTED: 'ECONNRESET',
  ENOTSOCK: 'ECONNREFUSED',
};

/** The error for a failed system call of connecting; null where it is none that is known. */
export function networkError(error: unknown, server: string): JemError | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const code = String(error.code);
  const known = words[sameAs[code] ?? code];
  if (!known) return null;
  return new JemError(known.code, known.title(server), {
    why: known.why,
    hint: server.startsWith('@') ? abstractHint : known.hint,
    original: error.message.replace('\0', '@'),
    cause: error,
  });
}

/** Its libuv fills the name up with zeros, which makes another name of it. */
const abstractHint =
  'Node.js 20 cannot reach abstract sockets of other programs: use a socket in a folder, or TCP.';

/** The words for a connection that was closed before it could say anything. */
export function closedAtStart(error: unknown, server: string): JemError {
  const { code, title, why, hint } = words['ECONNRESET'] ?? unreachable();
  return new JemError(code, title(server), {
    why,
    hint,
    original: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}

function unreachable(): never {
  throw new Error('the table of network errors lacks ECONNRESET');
}
