#!/usr/bin/env node
'use strict';

const [major, minor] = process.versions.node.split('.').map(Number);
let text;
const words = process.argv.slice(2).join(' ');
const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 14) || major > 22;

if (!supported) {
  console.error(
    `jem-db needs Node.js 20.19, 22.14 or newer; this is Node.js ${process.versions.node}.`,
  );
  process.exitCode = 2;
} else if (words === '--version') {
  console.log(require('../package.json').version);
} else if (/^(--help|-h|help)$/.test(words) && helpText()) {
  process.stdout.on('error', ({ code }) => {
    if (code !== 'EPIPE') process.exitCode = 4;
  });
  process.stdout.write(helpText());
} else {
  let program;
  try {
    const { loadProgram } = require('./code-cache.cjs');
    program = loadProgram();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !/dist.cli\.cjs/.test(error.message)) throw error;
    console.error('jem-db is not built yet: run `npm run build` in its folder, then try again.');
    process.exitCode = 2;
  }
  program?.main();
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
