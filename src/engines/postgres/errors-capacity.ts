import type { Rule } from './error-rules.ts';

/** The server is damaged or has too little of something. */
export const capacityRules: readonly Rule[] = [
  {
    states: ['XX001', 'XX002'],
    code: 'corruption',
    title: ({ message }) => `DATA CORRUPTION: ${message.message}`,
    why: 'A page of a table or an index is damaged: disk, memory, or a file that was tampered with.',
    hint: 'Stop writing to it, copy the data folder, and restore from a backup that was verified.',
  },
  {
    states: ['53100'],
    code: 'disk-full',
    title: ({ server }) => `The disk of ${server} is full`,
    why: 'The server could not write.',
    hint: 'Make room on the server; the transaction is rolled back.',
  },
  {
    states: ['53200'],
    text: /out of shared memory/,
    code: 'server-capacity-passing',
    title: ({ server }) => `The lock table of ${server} is full`,
    why: 'Too many objects are locked at once: by a migration that touches thousands of them, or by others.',
    hint: 'Split the migration, or raise max_locks_per_transaction (needs a restart).',
  },
  {
    states: ['53200'],
    code: 'server-capacity',
    title: ({ server }) => `${server} is out of memory`,
    why: 'The statement asks for more memory than there is.',
    hint: 'Split the work, or lower work_mem and maintenance_work_mem.',
  },
  {
    states: ['54000'],
    text: /wraparound/,
    code: 'server-capacity',
    title: ({ server }) => `${server} refuses writes: transaction numbers are used up`,
    why: 'Old transactions, prepared transactions or replication slots keep VACUUM from freeing numbers.',
    hint: 'End them, drop slots that are not used, and VACUUM the database that is named below.',
  },
];
