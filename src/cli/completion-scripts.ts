/** Shells that there is a script for. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** Answered where the name of a file belongs, which the shell knows best. */
export const filesHere = ":files";

// Each script asks the program, so that it stays right when commands and configuration change. Nothing that is typed is
// ever evaluated, and nothing is left behind in the shell but one function.

/** bash 3.2 and later, without the package bash-completion. */
const bash = `# Completion of quotabot for bash: source <(quotabot completion bash)
_quotabot() {
  local line="\${COMP_LINE:0:COMP_POINT}" word
  local -a typed
  read -ra typed <<< "$line"
  [[ $line == *[[:space:]] ]] && typed+=("")
  COMPREPLY=()
  while IFS= read -r word; do
    if [[ $word == ${filesHere} ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("$word")
  done < <(quotabot completion bash -- "\${typed[@]:1}" 2>/dev/null)
}
complete -F _quotabot quotabot
`;

const zsh = `#compdef quotabot
# Completion of quotabot for zsh: source <(quotabot completion zsh), after compinit
_quotabot() {
  local -a entries
  entries=("\${(@f)$(quotabot completion zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $entries[1] == ${filesHere} ]]; then
    _files
  elif [[ -n $entries[1] ]]; then
    _describe -V quotabot entries
  fi
}
if [[ $funcstack[1] == _quotabot ]]; then
  _quotabot "$@"
else
  compdef _quotabot quotabot
fi
`;

const fish = `# Completion of quotabot for fish: quotabot completion fish | source
function __quotabot_complete
    set -l typed (commandline -opc)
    set -l word (commandline -ct)
    set -e typed[1]
    set -l entries (quotabot completion fish -- $typed "$word" 2>/dev/null)
    if test "$entries[1]" = ${filesHere}
        __fish_complete_path "$word"
    else
        printf '%s\\n' $entries
    end
end
complete -c quotabot -f -k -a '(__quotabot_complete)'
`;

/** The word under the cursor comes with a dot before it: old PowerShells lose arguments that are empty. */
const powershell = `# Completion of quotabot for PowerShell: quotabot completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName quotabot -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $typed = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    Select-Object -Skip 1 | ForEach-Object { if ($null -ne $_.Value) { $_.Value } else { $_.Extent.Text } })
  quotabot completion powershell -- @typed ".$wordToComplete" 2>$null | ForEach-Object {
    if ($_ -eq '${filesHere}') { return }
    $value, $text = $_ -split "\`t", 2
    if (-not $text) { $text = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
  }
}
`;

/** What makes the shell complete command lines of the program. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
