-- Text put together from pieces, taken apart again with searches and slices, and changed.

local byte, char, find, sub = string.byte, string.char, string.find, string.sub
local concat = table.concat

local function name_of(number)
  local name = ""
  local rest = number
  for _ = 1, 6 do
    name = name .. char(97 + rest % 26)
    rest = rest // 3 + 7
  end
  return name
end

local function table_of(rows)
  local lines = {}
  for i = 0, rows - 1 do
    lines[#lines + 1] = "row " .. i .. ": " .. name_of(i) .. " = " .. (i * i % 997)
  end
  return concat(lines, "\n")
end

local function values_by_slicing(text)
  local total = 0
  local start = 1
  while true do
    local stop = find(text, "\n", start, true)
    local line = stop and sub(text, start, stop - 1) or sub(text, start)
    local colon = find(line, ":", 1, true)
    local equals = find(line, "=", colon, true)
    local name = sub(line, colon + 2, equals - 2)
    total = total + math.tointeger(sub(line, equals + 2)) * #name
    if not stop then return total end
    start = stop + 1
  end
end

local function count_windows(text, wanted)
  local width = #wanted
  local count = 0
  for i = 1, #text - width + 1 do
    if sub(text, i, i + width - 1) == wanted then count = count + 1 end
  end
  return count
end

local function shift_letters(text, distance)
  local pieces = {}
  for i = 1, #text do
    local letter = sub(text, i, i)
    if letter >= "a" and letter <= "z" then
      pieces[#pieces + 1] = char((byte(letter) - 97 + distance) % 26 + 97)
    else
      pieces[#pieces + 1] = letter
    end
  end
  return concat(pieces)
end

local function checksum(text)
  local sum = 0
  for i = 1, #text do
    sum = (sum * 31 + byte(text, i)) % 1000000007
  end
  return sum
end

local function main()
  for round = 0, 7 do
    local text = table_of(8000 + round)
    local shifted = shift_letters(text, 13)
    local upper = text:upper():gsub("ROW", "line")
    print(#text .. " " .. values_by_slicing(text) .. " " .. count_windows(text, "ow 1"))
    local same = tostring(shift_letters(shifted, 13) == text)
    print(checksum(shifted) .. " " .. checksum(upper) .. " " .. same)
  end
end

main()
