" Lang programs end in .l, and so do the sources of lex, for which Vim takes them.
"
" A lex source has a line that begins with %%, and most have %{ or %option above it; none of these
" can stand in Lang. A .l file without them is Lang, an empty one too. `g:lang_detect` overrules
" this: 'always' or 'never'. A script without an ending is known by its first line.

augroup filetypedetect
  autocmd BufNewFile,BufRead *.l call s:Detect()
  autocmd BufNewFile,BufRead * if getline(1) =~# '^#!.*\<lang\>' | set filetype=lang | endif
augroup END

function! s:Detect() abort
  let choice = get(g:, 'lang_detect', 'auto')
  if getline(1) =~# '^\%ufeff\=#!.*\<lang\>' || choice ==# 'always'
        \ || choice !=# 'never' && !s:IsOther()
    set filetype=lang
  endif
endfunction

" Lex, a manual page (whose first line is a request of roff), or Lisp.
function! s:IsOther() abort
  return getline(1) =~# '^\%(\.\\"\|''\\"\|\.TH\>\)'
        \ || getline(nextnonblank(1)) =~# '^\%(;\|(def\|/\*\)'
        \ || match(getline(1, 2000), '^%\%(%\|{\|option\>\)') >= 0
endfunction
