-- Coroutines as generators: a plain sequence, a pipeline of several, the walk of a tree, many
-- short ones.

local wrap, yield = coroutine.wrap, coroutine.yield

local function numbers(limit)
  return wrap(function()
    for i = 0, limit - 1 do
      yield(i)
    end
  end)
end

local function squares(source)
  return wrap(function()
    for n in source do
      yield(n * n)
    end
  end)
end

local function without_multiples(source, divisor)
  return wrap(function()
    for n in source do
      if n % divisor ~= 0 then yield(n) end
    end
  end)
end

local function fibonacci(count)
  return wrap(function()
    local a = 0
    local b = 1
    for _ = 1, count do
      yield(a)
      a, b = b, (a + b) % 1000000007
    end
  end)
end

local function new_node(key)
  return { key = key, left = nil, right = nil }
end

local function insert(root, key)
  local node = root
  while true do
    if key < node.key then
      if node.left == nil then
        node.left = new_node(key)
        return
      end
      node = node.left
    else
      if node.right == nil then
        node.right = new_node(key)
        return
      end
      node = node.right
    end
  end
end

-- The keys of a tree in order.
local function keys(root)
  return wrap(function()
    local pending = {}
    local node = root
    while node ~= nil or #pending > 0 do
      while node ~= nil do
        pending[#pending + 1] = node
        node = node.left
      end
      node = table.remove(pending)
      yield(node.key)
      node = node.right
    end
  end)
end

local function total_of(source)
  local total = 0
  for n in source do
    total = (total + n) % 1000000007
  end
  return total
end

local function main()
  print(total_of(numbers(2000000)))
  print(total_of(without_multiples(squares(without_multiples(numbers(500000), 3)), 7)))
  print(total_of(fibonacci(1000000)))

  local root = new_node(1073741823)
  local x = 99
  for _ = 1, 20000 do
    x = x * 16807 % 2147483647
    insert(root, x)
  end
  for _ = 1, 10 do
    print(total_of(keys(root)))
  end

  local total = 0
  for i = 0, 99999 do
    total = total + total_of(numbers(i % 5))
  end
  print(total)
end

main()
