#!/usr/bin/env node
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);
let text;
const words = process.argv.slice(2).join(' ');
// PostgreSQL takes 1 to 125 of its restore_command for a file that does not exist (src/errors.ts).
const restoring = / ?backup wal fetch( |$)/.test(words);
const misuse = restoring ? 182 : 2;
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major > 22;

if (!supported) {
  console.error(
    `jem-db needs Node.js 20.19, 22.14 or newer; this is Node.js ${process.versions.node}.`,
  );
  process.exitCode = misuse;
} else if (words === '--version') {
  console.log(require('../package.json').version);
} else if (/^(--help|-h|help)$/.test(words) && helpText()) {
  process.stdout.on('error', ({ code }) => {
    if (code !== 'EPIPE') process.exitCode = 4;
  });
  process.stdout.write(helpText());
} else {
  // What Node.js ends with on its own is 1.
  if (restoring) process.exitCode = 250;
  try {
    run();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !/dist.(cli|wal)\.cjs/.test(error.message)) {
      if (!restoring) throw error;
      console.error(error);
    } else {
      console.error('jem-db is not built yet: run `npm run build` in its folder, then try again.');
      process.exitCode = misuse;
    }
  }
}

/** A server starts these two all the time: they have an entry of their own, for plain arguments. */
function run() {
  const { loadProgram } = require('./code-cache.cjs');
  const isShort = /^backup wal (push|fetch) /.test(words);
  if (!isShort || !loadProgram('wal.cjs').main()) loadProgram().main();
}

/** The help that the build has written; null before it has. */
function helpText() {
  try {
    text ??= require('node:fs').readFileSync(
      require('node:path').join(__dirname, '../dist/help.txt'),
    );
    return text;
  } catch {
    return null;
  }
}
