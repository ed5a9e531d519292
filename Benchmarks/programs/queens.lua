-- All ways to place queens on a board: recursion and tables of flags.

local function place(row, size, columns, rising, falling)
  if row > size then return 1 end
  local solutions = 0
  for column = 1, size do
    local up = row + column - 1
    local down = row - column + size
    if not (columns[column] or rising[up] or falling[down]) then
      columns[column] = true
      rising[up] = true
      falling[down] = true
      solutions = solutions + place(row + 1, size, columns, rising, falling)
      columns[column] = false
      rising[up] = false
      falling[down] = false
    end
  end
  return solutions
end

local function flags(count)
  local list = {}
  for i = 1, count do list[i] = false end
  return list
end

local function queens(size)
  return place(1, size, flags(size), flags(2 * size), flags(2 * size))
end

for _ = 1, 2 do
  for size = 4, 12 do
    print(size .. " " .. queens(size))
  end
end
