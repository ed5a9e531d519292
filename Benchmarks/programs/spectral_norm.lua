-- The largest singular value of an infinite matrix, by the power method:
-- calls of a small function in nested float loops.

local sqrt = math.sqrt

local function element(i, j)
  local diagonal = i + j
  return 1.0 / (diagonal * (diagonal + 1) // 2 + i + 1)
end

local function multiply(n, vector, result)
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do
      sum = sum + element(i, j) * vector[j + 1]
    end
    result[i + 1] = sum
  end
end

local function multiply_transposed(n, vector, result)
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do
      sum = sum + element(j, i) * vector[j + 1]
    end
    result[i + 1] = sum
  end
end

local function main()
  local n = 600
  local u, v, scratch = {}, {}, {}
  for i = 1, n do
    u[i], v[i], scratch[i] = 1.0, 0.0, 0.0
  end
  for _ = 1, 10 do
    multiply(n, u, scratch)
    multiply_transposed(n, scratch, v)
    multiply(n, v, scratch)
    multiply_transposed(n, scratch, u)
  end
  local product = 0.0
  local square = 0.0
  for i = 1, n do
    product = product + u[i] * v[i]
    square = square + v[i] * v[i]
  end
  print(string.format("%.9f", sqrt(product / square)))
end

main()
