-- Functions made at run time: captured variables that change, composition, functions as arguments.

local function make_counter(step)
  local count = 0
  return function()
    count = count + step
    return count
  end
end

-- Two functions that share one captured variable.
local function make_account(balance)
  local function deposit(amount) balance = balance + amount end
  local function current() return balance end
  return deposit, current
end

local function compose(f, g)
  return function(x) return f(g(x)) end
end

local function adder(n)
  return function(x) return x + n end
end

local function transform(values, change)
  local result = {}
  for _, value in ipairs(values) do
    result[#result + 1] = change(value)
  end
  return result
end

local function select(values, accept)
  local result = {}
  for _, value in ipairs(values) do
    if accept(value) then result[#result + 1] = value end
  end
  return result
end

local function fold(values, start, combine)
  local result = start
  for _, value in ipairs(values) do
    result = combine(result, value)
  end
  return result
end

local function count_up(rounds)
  local ones = make_counter(1)
  local threes = make_counter(3)
  local total = 0
  for _ = 1, rounds do
    total = total + (ones() ~ threes())
  end
  return total
end

local function run_account(rounds)
  local deposit, current = make_account(100)
  for i = 0, rounds - 1 do
    deposit(i % 10 - 4)
  end
  return current()
end

local function pipeline(rounds)
  local values = {}
  for i = 0, 999 do values[#values + 1] = i end
  local total = 0
  for round = 0, rounds - 1 do
    local change = compose(adder(round), function(x) return x * 2 end)
    local even = select(transform(values, change), function(x) return x % 3 ~= round % 3 end)
    total = total + fold(even, 0, function(sum, x) return (sum + x) % 1000003 end)
  end
  return total
end

-- Each round of the loop has a variable of its own.
local function captured_in_loop(rounds)
  local total = 0
  for round = 0, rounds - 1 do
    local functions = {}
    for i = 0, 9 do
      functions[#functions + 1] = function(x) return x * i + round end
    end
    for _, f in ipairs(functions) do
      total = total + f(3)
    end
  end
  return total
end

print(count_up(5000000))
print(run_account(5000000))
print(pipeline(1200))
print(captured_in_loop(160000))
