" Vim syntax file
" Language: Lang, the scripting language with lazy modules
" Files:    *.l, scripts whose first line names lang
"
" After a dot, before a colon and as the name of a method every word is a name. So words are looked
" for inside of the items langName and langCall only, which stand for a name in any other place. Of
" several items that match at the same place Vim takes the one that is defined last: the file goes
" from the general to the special.

if exists('b:current_syntax')
  finish
endif

let s:saved_cpoptions = &cpoptions
set cpoptions&vim

syntax case match
syntax iskeyword @,48-57,_,192-255
" Text between three quotes and open brackets may begin far above the window.
syntax sync fromstart

" What may stand wherever an expression or a statement may.
syntax cluster langCode contains=langName,langCall,langDeclaration,langFunction,langClass,langEager,
      \langImport,langFrom,langCatch,langNumber,langNumberError,langOperator,langOperatorError,
      \langDot,langChoice,langParentheses,langBrackets,langBraces,langString,langRawString,
      \langFormat,langTripleString,langRawTripleString,langTripleFormat,langComment,langDocumentation,
      \langSeparator,langCharacterError

" Names and calls; the words that have a meaning of their own; what every program knows
syntax cluster langWord contains=langConditional,langRepeat,langStatement,langException,langInclude,
      \langWordOperator,langSelf,langBoolean,langNil,langModuleVariable,langBuiltinFunction,
      \langBuiltinType,langBuiltinError
syntax match langName "\d\@!\<\k\+" contains=@langWord
syntax match langCall "\d\@!\<\k\+\ze\s*(" contains=@langWord
syntax keyword langConditional contained if else
syntax keyword langRepeat contained for while break continue
syntax keyword langStatement contained return yield assert
syntax keyword langException contained try catch finally throw
syntax keyword langInclude contained as
syntax keyword langWordOperator contained and or not in is
syntax keyword langSelf contained self super
syntax keyword langBoolean contained true false
syntax keyword langNil contained nil
syntax keyword langModuleVariable contained __name__ __file__ __doc__ __package__
syntax keyword langBuiltinFunction contained print input len type repr enumerate zip sorted
      \ reversed sum min max abs round any all isinstance callable hash id dir help getattr
      \ setattr hasattr ord chr divmod next iter format reload exit
syntax keyword langBuiltinType contained str int float bool list tuple map set bytes range
syntax keyword langBuiltinError contained Error TypeError ValueError NameError AttributeError
      \ IndexError KeyError ZeroDivisionError ImportError AssertionError IOError MemoryError
      \ RecursionError StopIteration SyntaxError Interrupt

" Operators and punctuation
syntax match langSeparator "[,;:]"
syntax match langCharacterError "[$@`\\]"
syntax match langOperator "[-+*/%&|^~<>=]"
syntax match langOperator "\%(\*\*\|//\|<<\|>>\|??\|[-+*/%&|^<>=!]\)="
syntax match langOperator "\*\*=\@!\|//=\@!\|<<=\@!\|>>=\@!\|??=\@!\|=>"
syntax match langOperator "\.\.\%(==\@!\|\.\)\="
syntax match langOperatorError "===\|!==\|&&\|||\|!=\@!"

" c ? a : b. Its colon is not the one of a key.
syntax region langChoice matchgroup=langOperator start="?[.?]\@!" end=":" end="[)\]};]"me=s-1
      \ contains=@langCode transparent

" After a dot every word is a name.
syntax match langDot "?\=\.\.\@!"
      \ nextgroup=langProperty,langMethodCall,langDotComment skipwhite skipempty skipnl
syntax match langDotComment "#.*$" contained contains=langTodo,@Spell
      \ nextgroup=langProperty,langMethodCall,langDotComment skipwhite skipempty skipnl
syntax match langProperty "\d\@!\<\k\+" contained
syntax match langMethodCall "\d\@!\<\k\+\ze\s*(" contained

" Numbers; whatever begins with a digit and is none is an error.
syntax match langNumberError "\<\d[0-9_]*\%(\.\d[0-9_]*\)\=\%([eE][-+]\=\d[0-9_]*\)\=\k*"
syntax match langNumberError "\<0[xXoObB]\k*"
syntax match langNumber "\<\%(0\|[1-9]\%(_\=\d\)*\)\%(\k\|\.\d\)\@!"
syntax match langNumber "\<0\%([xX]\x\%(_\=\x\)*\|[oO]\o\%(_\=\o\)*\|[bB][01]\%(_\=[01]\)*\)\k\@!"
syntax match langNumber "\<\%(0\|[1-9]\%(_\=\d\)*\)\.\d\%(_\=\d\)*\%([eE][-+]\=\d\%(_\=\d\)*\)\=\k\@!"
syntax match langNumber "\<\%(0\|[1-9]\%(_\=\d\)*\)[eE][-+]\=\d\%(_\=\d\)*\k\@!"

" Brackets: a word before a colon is the name of an argument in ( ) and a key in { }.
syntax region langParentheses matchgroup=langBracket start="(" end=")"
      \ contains=@langCode,langArgument transparent
syntax region langBrackets matchgroup=langBracket start="\[" end="\]" contains=@langCode transparent
syntax region langBraces matchgroup=langBracket start="{" end="}"
      \ contains=@langCode,langKey transparent

" catch name: Class
syntax match langCatch "\<catch\>\%(\s\+\d\@!\k\)\@=" nextgroup=langCaught skipwhite
syntax match langCaught "\d\@!\<\k\+\%(\s*:\)\=" contained contains=langSeparator

" let a, ...b, (c, d) = …
syntax match langDeclaration "\<\%(let\|var\)\>"
      \ nextgroup=langDeclared,langDeclaredRest,langDeclaredGroup skipwhite
syntax match langDeclared "\d\@!\<\k\+" contained nextgroup=langDeclaredComma skipwhite
syntax match langDeclaredRest "\.\.\." contained nextgroup=langDeclared skipwhite
syntax match langDeclaredComma "," contained
      \ nextgroup=langDeclared,langDeclaredRest,langDeclaredGroup skipwhite skipempty skipnl
syntax region langDeclaredGroup matchgroup=langBracket start="(" end=")" contained
      \ contains=langDeclared,langDeclaredRest,langDeclaredGroup,langDeclaredComma,langComment
      \ nextgroup=langDeclaredComma skipwhite transparent

" Functions
syntax match langFunction "\<fn\>" nextgroup=langFunctionName,langParameters skipwhite
syntax match langFunctionName "\d\@!\<\k\+" contained nextgroup=langParameters skipwhite
syntax region langParameters matchgroup=langBracket start="(" end=")" contained
      \ contains=langParameter,langDefault,langRest,langSeparator,langComment,langDocumentation
      \ transparent
syntax match langParameter "\d\@!\<\k\+" contained
syntax match langRest "\.\.\." contained
syntax region langDefault matchgroup=langOperator start="=" end="[,)]"me=s-1 contained
      \ contains=@langCode transparent

" Classes. `static` and `get` have a meaning in their bodies only, where a method's name may be any
" word or the sign of an operator.
syntax match langClass "\<class\>" nextgroup=langClassName skipwhite
syntax match langClassName "\d\@!\<\k\+" contained nextgroup=langBase,langClassBody skipwhite
syntax region langBase matchgroup=langBracket start="(" end=")" contained
      \ contains=@langCode,langBaseClass nextgroup=langClassBody skipwhite transparent
syntax match langBaseClass "\d\@!\<\k\+\ze\s*)" contained
syntax region langClassBody matchgroup=langBracket start="{" end="}" contained
      \ contains=@langCode,langMethod,langStatic,langGet transparent
syntax match langStatic "\<static\ze\s\+fn\>" contained
syntax match langMethod "\<fn\>" contained
      \ nextgroup=langFunctionName,langOperatorName,langParameters skipwhite
syntax match langOperatorName "\[\]=\=\|\*\*\|//\|==\|<=\|[-+*/%<]" contained
      \ nextgroup=langParameters skipwhite
syntax match langGet "\%(^\|[{};]\)\@1<=\s*\zs\<get\ze\s\+\d\@!\k\+\s*\%({\|=>\)" contained
      \ nextgroup=langPropertyName skipwhite
syntax match langGet "^\s*\zs\<get\ze\s\+\d\@!\k\+\s*\%({\|=>\)" contained
      \ nextgroup=langPropertyName skipwhite
syntax match langPropertyName "\d\@!\<\k\+" contained

" Imports
syntax match langEager "\<eager\ze\s\+\%(import\|from\)\>"
syntax match langImport "\<import\>" nextgroup=langModule skipwhite
syntax match langModule "\%(\.[. \t]*\)\=\d\@!\<\k\+\%(\s*\.\_s*\k\+\)*" contained
      \ nextgroup=langAs,langModuleComma skipwhite
syntax match langAs "\<as\>" contained nextgroup=langAlias skipwhite
syntax match langAlias "\d\@!\<\k\+" contained nextgroup=langModuleComma skipwhite
syntax match langModuleComma "," contained
      \ nextgroup=langModule,langModuleComment skipwhite skipempty skipnl
syntax match langModuleComment "#.*$" contained contains=langTodo,@Spell
      \ nextgroup=langModule,langModuleComment skipwhite skipempty skipnl
syntax match langFrom "\<from\>" nextgroup=langFromModule,langFromDots skipwhite
syntax match langFromModule
      \ "\%(\.[. \t]*\)\=\d\@!\%(import\>\)\@!\<\k\+\>\%(\s*\.\_s*\k\+\)*"
      \ contained nextgroup=langFromImport skipwhite
syntax match langFromDots "\.[. \t]*\ze\<import\>" contained nextgroup=langFromImport
syntax match langFromImport "\<import\>" contained
      \ nextgroup=langImported,langEverything,langImportedGroup skipwhite
syntax match langEverything "\*" contained
syntax match langImported "\d\@!\<\k\+" contained
      \ nextgroup=langImportedAs,langImportedComma skipwhite
syntax match langImportedAs "\<as\>" contained nextgroup=langImportedAlias skipwhite
syntax match langImportedAlias "\d\@!\<\k\+" contained
      \ nextgroup=langImportedComma skipwhite
syntax match langImportedComma "," contained
      \ nextgroup=langImported,langImportedComment skipwhite skipempty skipnl
syntax match langImportedComment "#.*$" contained contains=langTodo,@Spell
      \ nextgroup=langImported,langImportedComment skipwhite skipempty skipnl
syntax region langImportedGroup matchgroup=langBracket start="(" end=")" contained
      \ contains=langImported,langImportedComma,langComment transparent

" Keys and the names of arguments: whatever the word is
syntax match langArgument "\d\@!\<\k\+\ze\s*:" contained nextgroup=langSeparator skipwhite
syntax match langKey "\d\@!\<\k\+\ze\s*:" contained nextgroup=langSeparator skipwhite

" Strings. Those with one quote end with their line, whatever is missing; excludenl keeps what ends
" with the line from taking the string around it along to the next one.
syntax match langEscape "\\[ntr0\\\"']" contained
syntax match langEscapeError excludenl "\\\%(u{\x*}\=\|[^ntr0\\\"']\|$\)" contained
syntax match langEscape "\\u{0*\%(\%(10\|[1-9a-fA-F]\)\x\{4}\|[1-9a-cA-CefEF]\x\{3}\|[dD][0-7]\x\{2}\|\x\{1,3}\)}" contained
syntax region langString start=+"+ skip=+\\.+ excludenl end=+"\|$+
      \ contains=langEscape,langEscapeError,@Spell
syntax region langString start=+'+ skip=+\\.+ excludenl end=+'\|$+
      \ contains=langEscape,langEscapeError,@Spell
syntax region langTripleString start=+"""+ skip=+\\.+ end=+"""+
      \ contains=langEscape,langEscapeError,@Spell
syntax region langTripleString start=+'''+ skip=+\\.+ end=+'''+
      \ contains=langEscape,langEscapeError,@Spell
syntax region langRawString start=+\<r"+ excludenl end=+"\|$+
syntax region langRawString start=+\<r'+ excludenl end=+'\|$+
syntax region langRawTripleString start=+\<r"""+ end=+"""+
syntax region langRawTripleString start=+\<r'''+ end=+'''+

" f"…{expression:specification}…"
syntax cluster langFormatText contains=langEscape,langEscapeError,langBraceError,langDoubledBrace
syntax region langFormat start=+\<f"+ skip=+\\.+ excludenl end=+"\|$+
      \ contains=@langFormatText,langField,@Spell
syntax region langFormat start=+\<f'+ skip=+\\.+ excludenl end=+'\|$+
      \ contains=@langFormatText,langField,@Spell
syntax region langTripleFormat start=+\<f"""+ skip=+\\.+ end=+"""+
      \ contains=@langFormatText,langTripleField,@Spell
syntax region langTripleFormat start=+\<f'''+ skip=+\\.+ end=+'''+
      \ contains=@langFormatText,langTripleField,@Spell
syntax match langBraceError "}" contained
syntax region langField matchgroup=langFieldBrace start="{" excludenl end="}" end="$" contained
      \ contains=@langCode,langSpecification,langRepresentation
syntax region langTripleField matchgroup=langFieldBrace start="{" end="}" contained
      \ contains=@langCode,langTripleSpecification,langRepresentation
syntax match langDoubledBrace "{{\|}}" contained
syntax match langRepresentation "=\ze\s*[:}]" contained
syntax region langSpecification matchgroup=langSeparator start=":" excludenl end="}"me=s-1 end="$"
      \ contained contains=langEscape,langEscapeError,langField
syntax region langTripleSpecification matchgroup=langSeparator start=":" end="}"me=s-1 contained
      \ contains=langEscape,langEscapeError,langTripleField

" Comments
syntax match langTodo "\<\%(TODO\|FIXME\|XXX\)\>" contained
syntax match langComment excludenl "#.*$" contains=langTodo,@Spell
syntax match langDocumentation "\%(^\s*\)\@<=##\%(#\)\@!.*$" contains=langTodo,@Spell
syntax match langShebang "\%^\%ufeff\=#!.*$"

highlight default link langCall Function
highlight default link langBuiltinFunction Function
highlight default link langBuiltinType Type
highlight default link langBuiltinError Structure
highlight default link langModuleVariable Special
highlight default link langConditional Conditional
highlight default link langRepeat Repeat
highlight default link langStatement Statement
highlight default link langException Exception
highlight default link langCatch Exception
highlight default link langInclude Include
highlight default link langImport Include
highlight default link langFrom Include
highlight default link langFromImport Include
highlight default link langEager Include
highlight default link langAs Include
highlight default link langImportedAs Include
highlight default link langModule Identifier
highlight default link langFromModule Identifier
highlight default link langWordOperator Operator
highlight default link langOperator Operator
highlight default link langRest Operator
highlight default link langDeclaredRest Operator
highlight default link langEverything Operator
highlight default link langRepresentation Operator
highlight default link langOperatorError Error
highlight default link langCharacterError Error
highlight default link langDeclaration Keyword
highlight default link langFunction Keyword
highlight default link langMethod Keyword
highlight default link langClass Keyword
highlight default link langStatic StorageClass
highlight default link langGet Keyword
highlight default link langFunctionName Function
highlight default link langOperatorName Function
highlight default link langPropertyName Function
highlight default link langMethodCall Function
highlight default link langClassName Type
highlight default link langBaseClass Type
highlight default link langParameter Identifier
highlight default link langArgument Identifier
highlight default link langKey Label
highlight default link langSelf Special
highlight default link langBoolean Boolean
highlight default link langNil Constant
highlight default link langNumber Number
highlight default link langNumberError Error
highlight default link langString String
highlight default link langTripleString String
highlight default link langRawString String
highlight default link langRawTripleString String
highlight default link langFormat String
highlight default link langTripleFormat String
highlight default link langEscape SpecialChar
highlight default link langDoubledBrace SpecialChar
highlight default link langEscapeError Error
highlight default link langBraceError Error
highlight default link langFieldBrace Delimiter
highlight default link langSpecification Special
highlight default link langTripleSpecification Special
highlight default link langBracket Delimiter
highlight default link langComment Comment
highlight default link langDotComment Comment
highlight default link langModuleComment Comment
highlight default link langImportedComment Comment
highlight default link langDocumentation SpecialComment
highlight default link langShebang PreProc
highlight default link langTodo Todo

let b:current_syntax = 'lang'

let &cpoptions = s:saved_cpoptions
unlet s:saved_cpoptions
