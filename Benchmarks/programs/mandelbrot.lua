-- The Mandelbrot set on a grid: a tight float loop with an early exit.

local function escape_time(cr, ci, limit)
  local zr = 0.0
  local zi = 0.0
  for i = 0, limit - 1 do
    local square_r = zr * zr
    local square_i = zi * zi
    if square_r + square_i > 4.0 then return i end
    zi = 2.0 * zr * zi + ci
    zr = square_r - square_i + cr
  end
  return limit
end

local function main()
  local size = 640
  local limit = 200
  local inside = 0
  local checksum = 0
  for y = 0, size - 1 do
    local ci = 2.0 * y / size - 1.0
    for x = 0, size - 1 do
      local time = escape_time(2.0 * x / size - 1.5, ci, limit)
      if time == limit then inside = inside + 1 end
      checksum = (checksum * 31 + time) % 1000000007
    end
  end
  print(inside .. " " .. checksum)
end

main()
