" Opens the files that are listed in $LANG_FILES and writes to $LANG_OUTPUT what Vim makes of them:
" for each a line with its file type and format, then one for each line of its text with the syntax
" items of its bytes as `count item …`, and a line with `=`.
"
" With $LANG_INDENT the lines of the file, indented anew, take the place of the items. $LANG_DETECT
" is a value for g:lang_detect.

set nocompatible noswapfile nomodeline fileformats=unix,dos encoding=utf-8 fileencodings=utf-8
set viminfo= nohidden maxmempattern=20000
execute 'set runtimepath^=' . fnameescape($LANG_EDITORS . '/vim')
if !empty($LANG_DETECT)
  let g:lang_detect = $LANG_DETECT
endif
if empty($LANG_INDENT)
  filetype on
else
  filetype plugin indent on
endif
" Vim takes the files for lex first; that syntax would be loaded for each of them.
syntax manual
let s:lines = []
let s:names = {}

function! s:Name(item) abort
  if !has_key(s:names, a:item)
    let s:names[a:item] = synIDattr(a:item, 'name')
  endif
  return empty(s:names[a:item]) ? '-' : s:names[a:item]
endfunction

" Words and runs of blanks are looked at where they begin and end, and in between if these differ.
function! s:Line(line) abort
  let runs = []
  let last = -1
  let length = 0
  let column = 1
  let parts = split(getline(a:line), '\%(\k\+\|\s\+\|.\)\zs')
  while !empty(parts)
    let part = remove(parts, 0)
    let width = strlen(part)
    let item = synID(a:line, column, 1)
    if width > 1 && synID(a:line, column + width - 1, 1) != item
      let parts = split(part, '\zs') + parts
      let width = strlen(parts[0])
      call remove(parts, 0)
    endif
    if item != last && length > 0
      call add(runs, length . ' ' . s:Name(last))
      let length = 0
    endif
    let last = item
    let length += width
    let column += width
  endwhile
  return join(length > 0 ? add(runs, length . ' ' . s:Name(last)) : runs, ' ')
endfunction

for s:file in readfile($LANG_FILES)
  execute 'edit' fnameescape(s:file)
  set syntax=ON
  call add(s:lines, &filetype . ' ' . &fileformat)
  if empty($LANG_INDENT)
    for s:number in range(1, line('$'))
      call add(s:lines, s:Line(s:number))
    endfor
  else
    silent normal! gg=G
    call extend(s:lines, getline(1, '$'))
  endif
  call add(s:lines, '=')
  bwipeout!
endfor
call writefile(s:lines, $LANG_OUTPUT)
qall!
