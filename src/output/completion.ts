/** What can follow each beginning of a command line: `''`, `migrate`, `migrate up` → words. */
export type CompletionTable = ReadonlyMap<string, readonly string[]>;

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that completes commands and options in `shell`; a value completes as a file name. */
export function completionScript(shell: Shell, table: CompletionTable): string {
  return scripts[shell](table);
}

const cases = (table: CompletionTable, indent: string): string =>
  [...table]
    .toReversed()
    .map(([path, words]) => `${indent}'${path}') words='${words.join(' ')}' ;;`)
    .join('\n');

const scripts: Readonly<Record<Shell, (table: CompletionTable) => string>> = {
  bash: (table) => `# bash completion for jem-db; in ~/.bashrc: eval "$(jem-db completion bash)"
_jem_db() {
  local word path='' words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || path="\${path:+$path }$word"
  done
  case "$path" in
${cases(table, '    ')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _jem_db jem-db
`,
  zsh: (table) => `#compdef jem-db
# zsh completion for jem-db; in ~/.zshrc, after compinit: eval "$(jem-db completion zsh)"
_jem_db() {
  local word line='' words_here=''
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] || line="\${line:+$line }$word"
  done
  case "$line" in
${cases(table, '    ').replaceAll(' words=', ' words_here=')}
  esac
  compadd -- \${=words_here} || _files
}
compdef _jem_db jem-db
`,
  fish: (
    table,
  ) => `# fish completion for jem-db; in ~/.config/fish/config.fish: jem-db completion fish | source
function __jem_db_path
  string join ' ' (string match -v -- '-*' (commandline -opc)[2..])
end
${[...table].map(([path, words]) => `complete -c jem-db -n 'test (__jem_db_path) = "${path}"' -a '${words.join(' ')}'`).join('\n')}
`,
};
