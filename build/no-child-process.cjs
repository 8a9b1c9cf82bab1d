// Stands in for node:child_process in commander: no subcommand of jem-db is a program of its own.
module.exports = {};
