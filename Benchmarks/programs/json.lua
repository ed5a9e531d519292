-- A JSON parser and printer written by hand: characters, slices, recursion, nested tables.

local byte, find, gsub, sub = string.byte, string.find, string.gsub, string.sub
local concat, sort = table.concat, table.sort

-- Stands for null, which a table cannot hold.
local null = {}

local QUOTE, BACKSLASH, COMMA, COLON = byte('"'), byte("\\"), byte(","), byte(":")
local OPEN_BRACE, CLOSE_BRACE = byte("{"), byte("}")
local OPEN_BRACKET, CLOSE_BRACKET = byte("["), byte("]")
local MINUS, DOT, ZERO, NINE = byte("-"), byte("."), byte("0"), byte("9")
local SPACE, NEWLINE, TAB, RETURN = byte(" "), byte("\n"), byte("\t"), byte("\r")
local LETTER_T, LETTER_F, LETTER_N = byte("t"), byte("f"), byte("n")

local ESCAPES = { n = "\n", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local ESCAPED = { ["\n"] = "\\n", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

local Parser = {}
Parser.__index = Parser

function Parser.new(text)
  return setmetatable({ text = text, position = 1 }, Parser)
end

function Parser:fail(what)
  error("expected " .. what .. " at position " .. self.position)
end

-- The next byte that is not white space, left unread; nil at the end.
function Parser:peek()
  local text = self.text
  local position = self.position
  local c = byte(text, position)
  while c == SPACE or c == NEWLINE or c == TAB or c == RETURN do
    position = position + 1
    c = byte(text, position)
  end
  self.position = position
  return c
end

function Parser:parse()
  local value = self:value()
  if self:peek() then self:fail("the end") end
  return value
end

function Parser:value()
  local c = self:peek()
  if c == QUOTE then return self:string() end
  if c == OPEN_BRACE then return self:object() end
  if c == OPEN_BRACKET then return self:array() end
  if c == MINUS or (c and c >= ZERO and c <= NINE) then return self:number() end
  if c == LETTER_T then return self:word("true", true) end
  if c == LETTER_F then return self:word("false", false) end
  if c == LETTER_N then return self:word("null", null) end
  self:fail("a value")
end

function Parser:word(text, value)
  local stop = self.position + #text
  if sub(self.text, self.position, stop - 1) ~= text then self:fail(text) end
  self.position = stop
  return value
end

function Parser:digits(position)
  local text = self.text
  local stop = position
  local c = byte(text, stop)
  while c and c >= ZERO and c <= NINE do
    stop = stop + 1
    c = byte(text, stop)
  end
  return stop
end

function Parser:number()
  local text = self.text
  local start = self.position
  local stop = self:digits(byte(text, start) == MINUS and start + 1 or start)
  if byte(text, stop) == DOT then
    stop = self:digits(stop + 1)
  end
  self.position = stop
  return tonumber(sub(text, start, stop - 1))
end

function Parser:string()
  local start = self.position + 1
  local stop = find(self.text, '"', start, true)
  if not stop then self:fail("a closing quote") end
  local piece = sub(self.text, start, stop - 1)
  if find(piece, "\\", 1, true) then return self:escaped_string(start) end
  self.position = stop + 1
  return piece
end

function Parser:escaped_string(start)
  local text = self.text
  local pieces = {}
  local position = start
  while true do
    local c = sub(text, position, position)
    if c == '"' then break end
    if c == "\\" then
      position = position + 1
      pieces[#pieces + 1] = ESCAPES[sub(text, position, position)]
    else
      pieces[#pieces + 1] = c
    end
    position = position + 1
  end
  self.position = position + 1
  return concat(pieces)
end

function Parser:array()
  local items = {}
  self.position = self.position + 1
  if self:peek() == CLOSE_BRACKET then
    self.position = self.position + 1
    return items
  end
  while true do
    items[#items + 1] = self:value()
    local c = self:peek()
    self.position = self.position + 1
    if c == CLOSE_BRACKET then return items end
    if c ~= COMMA then self:fail("',' or ']'") end
  end
end

function Parser:object()
  local members = {}
  self.position = self.position + 1
  if self:peek() == CLOSE_BRACE then
    self.position = self.position + 1
    return members
  end
  while true do
    if self:peek() ~= QUOTE then self:fail("a name") end
    local name = self:string()
    if self:peek() ~= COLON then self:fail("':'") end
    self.position = self.position + 1
    members[name] = self:value()
    local c = self:peek()
    self.position = self.position + 1
    if c == CLOSE_BRACE then return members end
    if c ~= COMMA then self:fail("',' or '}'") end
  end
end

local function quoted(text)
  if find(text, '[\\"\n\t]') then
    return '"' .. gsub(text, '[\\"\n\t]', ESCAPED) .. '"'
  end
  return '"' .. text .. '"'
end

local function write(value, out)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = quoted(value)
  elseif kind == "number" then
    out[#out + 1] = tostring(value)
  elseif value == null then
    out[#out + 1] = "null"
  elseif value == true then
    out[#out + 1] = "true"
  elseif value == false then
    out[#out + 1] = "false"
  elseif value[1] ~= nil or next(value) == nil then
    -- A table without members is taken for an array: the document has no empty objects.
    out[#out + 1] = "["
    local separator = ""
    for _, item in ipairs(value) do
      out[#out + 1] = separator
      write(item, out)
      separator = ", "
    end
    out[#out + 1] = "]"
  else
    out[#out + 1] = "{"
    local separator = ""
    local names = {}
    for name in pairs(value) do names[#names + 1] = name end
    sort(names)
    for _, name in ipairs(names) do
      out[#out + 1] = separator
      out[#out + 1] = quoted(name)
      out[#out + 1] = ": "
      write(value[name], out)
      separator = ", "
    end
    out[#out + 1] = "}"
  end
end

local function text_of(value)
  local out = {}
  write(value, out)
  return concat(out)
end

local function document(count)
  local people = {}
  local x = 2024
  for i = 0, count - 1 do
    x = x * 16807 % 2147483647
    local person = {}
    person.id = i
    person.name = "person number " .. x % 100000
    person.note = i % 5 == 0 and 'said "hello"\n\tand left\\' or "nothing to add"
    person.balance = (x % 2000001 - 1000000) / 64
    person.active = i % 3 == 0
    person.manager = null
    person.scores = { x % 7, x % 77, x % 777, x % 7777 }
    person.tags = i % 4 == 0 and {} or { "a" .. i % 10, "b" .. i % 100 }
    person.address = { street = "Main Street", number = x % 300, city = "Springfield" }
    people[i + 1] = person
  end
  return { people = people, count = count }
end

local function main()
  local text = text_of(document(1500))
  local scores = 0
  local balance = 0.0
  for _ = 1, 12 do
    local parsed = Parser.new(text):parse()
    for _, person in ipairs(parsed.people) do
      scores = scores + person.scores[4] + #person.tags + #person.note
      balance = balance + person.balance
    end
    if text_of(parsed) ~= text then error("the text changed on the way") end
  end
  print(#text .. " " .. scores .. " " .. string.format("%.3f", balance))
  print(sub(text, 1, 200))
end

main()
