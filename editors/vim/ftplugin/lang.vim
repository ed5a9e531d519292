" Vim filetype plugin
" Language: Lang

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=b:##,b:#
setlocal commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal iskeyword=@,48-57,_,192-255

" gf on the name of a module opens it; [i and [d know imports and declarations.
setlocal suffixesadd=.l
setlocal include=^\\s*\\%(eager\\s\\+\\)\\=\\%(import\\\|from\\)
setlocal includeexpr=substitute(v:fname,'\\.','/','g')
setlocal define=^\\s*\\%(static\\s\\+\\)\\=\\%(fn\\\|class\\\|let\\\|var\\\|get\\)

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth<'
      \ . ' softtabstop< iskeyword< suffixesadd< include< includeexpr< define<'
