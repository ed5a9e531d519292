" Vim indent file
" Language: Lang
"
" A line stands one step further in than the line with the bracket around it, and a line that begins
" with the closing bracket as far as that line. What goes on with the statement above, because it
" begins with a dot or follows an operator, stands another step further in.

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=LangIndent(v:lnum)
setlocal indentkeys=0{,0},0),0],0.,!^F,o,O
setlocal nolisp nosmartindent autoindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< smartindent< autoindent<'

if exists('*LangIndent')
  finish
endif

let s:saved_cpoptions = &cpoptions
set cpoptions&vim

" An operator or a dot at the end of a line, after which the statement goes on. A colon is not among
" them: the value of a key stands on its line. The star of an import is no operator.
let s:operator = '\%(\<import\s*\)\@<!'
      \ . '\%([-+*/%&|^~<>=?]\|\.\@1<!\.\|\<\%(and\|or\|not\|in\|is\)\)\s*$'

" True where a character is no code, but belongs to a comment or to the text of a string, or is one
" of the braces in an f-string.
function! s:IsText(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), 'name')
        \ =~# '^lang\%(.*\%(Comment\|String\|Format\|Escape\|EscapeError\|Specification\)'
        \ . '\|Documentation\|Shebang\|Todo\|FieldBrace\|DoubledBrace\|BraceError\)$'
endfunction

" True when text between three quotes goes over the end of the line above.
function! s:BeginsInText(line) abort
  let above = a:line - 1
  for item in above > 0 ? synstack(above, strlen(getline(above)) + 1) : []
    if synIDattr(item, 'name') =~# 'Triple\%(String\|Format\)$'
      return 1
    endif
  endfor
  return 0
endfunction

" The text of a line without a comment at its end.
function! s:Code(line) abort
  let text = getline(a:line)
  let column = match(text, '#')
  while column >= 0
    if synIDattr(synID(a:line, column + 1, 1), 'name') =~# 'Comment$\|Documentation$'
      return strpart(text, 0, column)
    endif
    let column = match(text, '#', column + 1)
  endwhile
  return text
endfunction

" The last line above with code on it that does not begin in the text of a string; 0 without one.
function! s:CodeAbove(line) abort
  let above = prevnonblank(a:line - 1)
  while above > 0 && (s:Code(above) !~# '\S' || s:BeginsInText(above))
    let above = prevnonblank(above - 1)
  endwhile
  return above
endfunction

" True when a line goes on with the statement of the line above. Inside of ( ) and [ ] everything
" does, and stands where the brackets say.
function! s:Continues(line, opening, bracket) abort
  if a:bracket ==# '(' || a:bracket ==# '['
    return 0
  elseif getline(a:line) =~# '^\s*?\=\.\.\@!'
    return 1
  endif
  let above = s:CodeAbove(a:line)
  if above < max([a:opening, 1])
    return 0
  endif
  return s:Code(above) =~# (a:opening > 0 ? s:operator : s:operator . '\|,\s*$')
endfunction

function! LangIndent(line) abort
  if s:BeginsInText(a:line)
    return -1
  endif
  call cursor(a:line, 1)
  let [opening, column] = searchpairpos('[[({]', '', '[])}]', 'bnW',
        \ 's:IsText(line("."), col("."))')
  let indentation = opening > 0 ? indent(opening) : 0
  if getline(a:line) =~# '^\s*[])}]'
    return indentation
  endif
  let bracket = opening > 0 ? getline(opening)[column - 1] : ''
  return indentation
        \ + shiftwidth() * ((opening > 0) + s:Continues(a:line, opening, bracket))
endfunction

let &cpoptions = s:saved_cpoptions
unlet s:saved_cpoptions
