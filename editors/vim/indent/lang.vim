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

" An operator at the end of a line, after which the statement goes on. A colon is not among them: the
" value of a key stands on its line.
let s:operator = '\%([-+*/%&|^~<>=?]\|\<\%(and\|or\|not\|in\|is\)\)\s*$'

" The names of the syntax items at a place, innermost first.
function! s:Items(line, column) abort
  return reverse(map(synstack(a:line, a:column), 'synIDattr(v:val, "name")'))
endfunction

" True where a character is no code, but belongs to a comment or to the text of a string, or is one of
" the braces in an f-string.
function! s:IsText(line, column) abort
  for item in s:Items(a:line, a:column)
    if item =~# '^lang\%(Triple\)\=Field$'
      return 0
    elseif item ==# 'langFieldBrace'
      return 1
    elseif item =~# '^lang.*\%(Comment\|Documentation\|Shebang\|String\|Format\)$'
      return 1
    endif
  endfor
  return 0
endfunction

" True when text between three quotes goes over the end of the line above.
function! s:BeginsInText(line) abort
  let above = a:line - 1
  return above > 0
        \ && match(s:Items(above, strlen(getline(above)) + 1), 'Triple\%(String\|Format\)$') >= 0
endfunction

" The text of a line without a comment at its end.
function! s:Code(line) abort
  let text = getline(a:line)
  let column = match(text, '#')
  while column >= 0
    if match(s:Items(a:line, column + 1), 'Comment$\|Documentation$') >= 0
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

" True when a line goes on with the statement of the line above.
function! s:Continues(line, opening) abort
  if getline(a:line) =~# '^\s*?\=\.\.\@!'
    return 1
  endif
  let above = s:CodeAbove(a:line)
  if above <= a:opening
    " The first line inside of a bracket begins a statement or an item.
    return above > 0 && above == a:opening && s:Code(above) =~# s:operator
  endif
  return s:Code(above) =~# s:operator
endfunction

function! LangIndent(line) abort
  if s:BeginsInText(a:line)
    return -1
  endif
  call cursor(a:line, 1)
  let opening = searchpair('[[({]', '', '[])}]', 'bnW', 's:IsText(line("."), col("."))')
  let indentation = opening > 0 ? indent(opening) : 0
  if getline(a:line) =~# '^\s*[])}]'
    return indentation
  endif
  return indentation + shiftwidth() * ((opening > 0) + s:Continues(a:line, opening))
endfunction

let &cpoptions = s:saved_cpoptions
unlet s:saved_cpoptions
