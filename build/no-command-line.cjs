// Stands in for @rushstack/ts-command-line, which umzug imports for a command line jem-db never starts.
class Unused {}
module.exports = { CommandLineAction: Unused, CommandLineParser: Unused };
