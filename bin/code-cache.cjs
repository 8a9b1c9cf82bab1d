'use strict';

// Node 20 compiles every file anew at each start. The build keeps what V8 compiled beside the
// files of dist (vm.Script, cachedData), for the Node.js that built it; any other compiles as usual.
const { existsSync, readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const dist = join(__dirname, '../dist');
const folder = join(dist, 'code-cache', `${process.versions.v8}-${process.arch}`);

/**
 * The program, or another entry of dist, loaded with the code kept for this Node.js, or as Node.js
 * loads everything.
 * @param {string} [entry]
 */
function loadProgram(entry = 'cli.cjs') {
  if (existsSync(folder))
    return loadDist((name) => readIfThere(join(folder, `${name}.bin`)), entry);
  require('node:module').enableCompileCache?.();
  return require(`../dist/${entry}`);
}

/**
 * Loads an entry and what it requires of dist, compiled with `codeOf(name)`.
 * @param {(name: string) => Buffer | undefined} codeOf
 * @param {string} entry
 * @param {(name: string, script: import('node:vm').Script) => void} [onScript]
 * @returns {{ main(): boolean | void, work(): void }}
 */
function loadDist(codeOf, entry, onScript) {
  const { Script } = require('node:vm');
  const requireOther = createRequire(join(dist, 'cli.cjs'));
  const loaded = new Map();
  /** @param {string} id */
  const requireThere = (id) => (id.startsWith('./') ? load(id.slice(2)) : requireOther(id));
  /** @param {string} name */
  function load(name) {
    const known = loaded.get(name);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(name, module);
    const filename = join(dist, name);
    const source = readFileSync(filename, 'utf8');
    const script = new Script(`(function (exports, require, module) {${source}\n})`, {
      filename,
      cachedData: codeOf(name),
    });
    onScript?.(name, script);
    script.runInThisContext()(module.exports, requireThere, module);
    return module.exports;
  }
  return load(entry);
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { folder, loadDist, loadProgram };
