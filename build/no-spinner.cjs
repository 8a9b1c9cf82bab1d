// Stands in for ora in what servers start: should a person look on, there is no spinner.
const spinner = { text: '', start: () => spinner, stop: () => spinner };
module.exports = () => spinner;
