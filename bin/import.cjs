'use strict';

// Code that comes out of V8's code cache cannot import by itself; this file is never kept there.

/** @param {string} url */
exports.importFile = (url) => import(url);
