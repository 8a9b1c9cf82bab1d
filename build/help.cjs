/// <reference types="node" />
'use strict';

// Writes the top help into dist, so that bin prints it without loading the program.
const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const program = join(root, 'bin/jem-db.js');
const help = execFileSync(process.execPath, [program, '--no-color', '--help']);
writeFileSync(join(root, 'dist/help.txt'), help);
