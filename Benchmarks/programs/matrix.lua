-- The product of two square matrices held as tables of rows.

local function matrix(size, seed)
  local x = seed
  local rows = {}
  for i = 1, size do
    local row = {}
    for j = 1, size do
      x = x * 16807 % 2147483647
      row[j] = x % 1000 / 1000
    end
    rows[i] = row
  end
  return rows
end

local function transposed(a)
  local size = #a
  local rows = {}
  for i = 1, size do
    local row = {}
    for j = 1, size do
      row[j] = a[j][i]
    end
    rows[i] = row
  end
  return rows
end

local function multiply(a, b)
  local size = #a
  local columns = transposed(b)
  local rows = {}
  for i = 1, size do
    local left = a[i]
    local row = {}
    for j = 1, size do
      local right = columns[j]
      local sum = 0.0
      for k = 1, size do
        sum = sum + left[k] * right[k]
      end
      row[j] = sum
    end
    rows[i] = row
  end
  return rows
end

local function main()
  local size = 400
  local product = multiply(matrix(size, 42), matrix(size, 7))
  local trace = 0.0
  for i = 1, size do
    trace = trace + product[i][i]
  end
  print(string.format("%.6f %.6f %.6f", trace, product[1][size], product[size][1]))
end

main()
