import{w as e}from"./pipeline.js";import{O as t,i as n,r}from"./start.js";function i(t){let n=t.map(({name:e})=>e);return`# Completion for bash, printed by "mesosize completion bash".

_mesosize_reply() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$@")
}

_mesosize() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=export operands options completed words
  COMPREPLY=()
  # Bash takes the "=" of --option=value for a word.
  if [[ $word == = ]]; then
    word=
    before+='='
  elif [[ $before == = ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}=
  fi
  if ((COMP_CWORD > 1)); then
    case \${COMP_WORDS[1]} in
      ${n.join(` | `)}) command=\${COMP_WORDS[1]} ;;
    esac
  fi

  case $command in
${t.flatMap(a).join(`
`)}
  esac
  case $command$before in
${t.flatMap(o).join(`
`)}
    *)
      if [[ $word == -* ]]; then
        completed=words words=$options
      else
        completed=$operands
        ((COMP_CWORD == 1)) && _mesosize_reply -W ${e(n.join(` `))} -- "$word"
      fi
      ;;
  esac

  case $completed in
    words) _mesosize_reply -W "$words" -- "$word" ;;
    folders)
      _mesosize_reply -d -- "$word"
      compopt -o filenames 2> /dev/null
      ;;
    files) return ;;
  esac
  # No file names instead.
  compopt +o default 2> /dev/null
}

complete -o default -F _mesosize mesosize
`}function a({name:t,options:n,operands:r}){let i=n.flatMap(e=>e.names.filter(e=>e.startsWith(`--`)));return[`    ${t}) options=${e(i.join(` `))} ${s(`operands`,r)} ;;`]}function o({name:e,options:t}){let n=/* @__PURE__ */ new Map;for(let{names:r,value:i}of t){if(!i)continue;let t=s(`completed`,i.completed),a=r.filter(e=>e.startsWith(`--`)).map(e=>`${e}=`),o=i.optional?a:[...r,...a];n.set(t,[...n.get(t)??[],...o.map(t=>e+t)])}return[...n].map(([e,t])=>`    ${t.join(` | `)}) ${e} ;;`)}function s(t,n){return typeof n==`string`?`${t}=${n}`:`${t}=words words=${e(n.join(` `))}`}const c=`complete -c mesosize -n`;function l(e){return`# Completion for fish, printed by "mesosize completion fish".

function __mesosize_is -d 'Whether the command is this one'
    set -l words (commandline -opc)
    if set -q words[2]; and contains -- $words[2] ${e.map(({name:e})=>e).join(` `)}
        test $words[2] = $argv[1]
    else
        test $argv[1] = export
    end
end

function __mesosize_folders
    __fish_complete_directories (string replace -r '^--[^=]*=' '' -- (commandline -ct))
end

complete -c mesosize -f
${e.map(u).join(`
`)}
${e.flatMap(d).join(`
`)}
`}function u({name:t,summary:n}){return`${c} 'test (count (commandline -opc)) = 1' -a ${t} -d ${e(n)}`}function d({name:e,options:t,operands:n}){let r=`__mesosize_is ${e}`,i=`${r}; and not string match -q -- "-*" (commandline -ct)`;return[...n===`anything`?[]:[`${c} '${i}' ${p(n)}`],...t.map(e=>`${c} '${r}' ${f(e)}`)]}function f({names:t,help:n,value:r}){let i=t.map(e=>e.startsWith(`--`)?`-l ${e.slice(2)}`:`-s ${e.slice(1)}`);return r&&!r.optional&&i.push(`-r`),r&&i.push(p(r.completed)),[...i,`-d`,e(n)].join(` `)}function p(t){switch(t){case`anything`:return`-f`;case`files`:return`-F`;case`folders`:return`-f -a '(__mesosize_folders)'`;default:return`-f -a ${e(t.join(` `))}`}}function m(){return Object.entries(n).map(([e,{summary:r,table:i,unlisted:a=[],operands:o}])=>({name:e,summary:r,options:t([...i,...a]).map(h),operands:o===`commands`?Object.keys(n):o}))}function h(e){let{option:t,short:n,form:i}=e,a={names:[...n?[`-${n}`]:[],`--${t}`],help:r(e),repeatable:i===`lines`||i===`pairs`};if(e.form===`flag`)return a;let o=`alone`in e&&e.alone!==void 0;return{...a,value:{placeholder:e.value,completed:g(e),optional:o}}}function g(e){return`choices`in e&&e.choices?e.choices:e.value===`DIR`?`folders`:/^(?:FILE|PKG)/.test(e.value)?`files`:`anything`}function _(t){let n=t.map(({name:e})=>e);return`#compdef mesosize
# Completion for zsh, printed by "mesosize completion zsh".

_mesosize_first() {
  local -a commands=(
${t.map(({name:t,summary:n})=>`    ${e(`${t}:${n}`)}`).join(`
`)}
  )
  _alternative 'packages:package:_files' 'commands:command:{_describe command commands}'
}

_mesosize() {
  local command=export operands=
  if ((CURRENT == 2)); then
    operands='*: :_mesosize_first'
  elif [[ $words[2] == (${n.join(`|`)}) ]]; then
    command=$words[2]
    words[2]=()
    ((CURRENT--))
  fi
  case $command in
${t.map(v).join(`
`)}
  esac
}

if [[ $funcstack[1] == _mesosize ]]; then
  _mesosize "$@"
else
  compdef _mesosize mesosize
fi
`}function v({name:t,options:n,operands:r}){let i=n.flatMap(y).map(e),a=`"\${operands:-*:argument:${b(r)}}"`;return`    ${t})
      _arguments -s -S \\
${[...i,a].map(e=>`        ${e}`).join(` \\
`)}
      ;;`}function y({names:e,help:t,value:n,repeatable:r}){let i=r?`*`:e.length>1?`(${e.join(` `)})`:``,a=`[${t.replace(/[[\]\\]/g,`\\$&`)}]`;return e.map(e=>{if(!n)return i+e+a;let t=`${e.startsWith(`--`)?`=`:`+`}${n.optional?`-`:``}`.replace(`+-`,`-`),r=n.placeholder.replaceAll(`:`,`\\:`),o=`${n.optional?`::`:`:`}${r}:${b(n.completed)}`;return i+e+t+a+o})}function b(e){switch(e){case`anything`:return` `;case`files`:return`_files`;case`folders`:return`_files -/`;default:return`(${e.join(` `)})`}}const x={bash:i,zsh:_,fish:l};function S(e){return x[e](m())}export{S as completionFor};