/** What the shells know of the command line. */
export interface CompletionTable {
  /** What can follow each command: `''`, `migrate`, `migrate up` → words. */
  readonly words: ReadonlyMap<string, readonly string[]>;
  /** Options behind which a value stands, which is completed as a file name: `-d`, `--to`. */
  readonly valued: readonly string[];
}

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that completes commands and options in `shell`; a value completes as a file name. */
export function completionScript(shell: Shell, table: CompletionTable): string {
  return scripts[shell](table);
}

const cases = ({ words }: CompletionTable, indent: string): string =>
  [...words]
    .toReversed()
    .map(([path, list]) => `${indent}'${path}') words='${list.join(' ')}' ;;`)
    .join('\n');

const commands = ({ words }: CompletionTable, separator: string): string =>
  [...words.keys()]
    .filter((path) => path !== '')
    .map((path) => `'${path}'`)
    .join(separator);

// A word counts as a command only where a command can stand: what else there is are values, and
// the pieces into which bash cuts a URL at its colons.
const scripts: Readonly<Record<Shell, (table: CompletionTable) => string>> = {
  bash: (table) => `# bash completion for jem-db; in ~/.bashrc: eval "$(jem-db completion bash)"
_jem_db() {
  local word path='' words='' value=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $value && $word != = ]] && { value=''; continue; }
    case "$word" in
      ${table.valued.join('|')}) value=yes ;;
    esac
    case "\${path:+$path }$word" in
      ${commands(table, '|')}) path="\${path:+$path }$word" ;;
    esac
  done
  COMPREPLY=()
  [[ $value ]] && return
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
  local word line='' words_here='' value=''
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ -n $value ]] && { value=''; continue; }
    case "$word" in
      ${table.valued.join('|')}) value=yes ;;
    esac
    case "\${line:+$line }$word" in
      ${commands(table, '|')}) line="\${line:+$line }$word" ;;
    esac
  done
  [[ -n $value ]] && { _files; return; }
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
  set -l path
  set -l value
  for word in (commandline -opc)[2..]
    if set -q value[1]
      set -e value[1]
      continue
    end
    contains -- $word ${table.valued.join(' ')}; and set value yes
    contains -- (string join ' ' $path $word) ${commands(table, ' ')}; and set -a path $word
  end
  set -q value[1]; and echo value; or string join ' ' $path
end
${[...table.words].map(([path, words]) => `complete -c jem-db -n 'test (__jem_db_path) = "${path}"' -a '${words.join(' ')}'`).join('\n')}
`,
};
