-- Five bodies under gravity: float arithmetic on the fields of tables.

local sqrt = math.sqrt

local PI = 3.141592653589793
local SOLAR_MASS = 4 * PI * PI
local DAYS = 365.24

local function body(x, y, z, vx, vy, vz, mass)
  return {
    x = x,
    y = y,
    z = z,
    vx = vx * DAYS,
    vy = vy * DAYS,
    vz = vz * DAYS,
    mass = mass * SOLAR_MASS,
  }
end

local function solar_system()
  return {
    body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    body(
      4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
      0.00166007664274403694, 0.00769901118419740425, -0.0000690460016972063023,
      0.000954791938424326609),
    body(
      8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
      -0.00276742510726411049, 0.00499852801234917238, 0.0000230417297573763929,
      0.000285885980666130812),
    body(
      12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
      0.00296460137564761618, 0.00237847173959480950, -0.0000296589568540237556,
      0.0000436624404335156298),
    body(
      15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
      0.00268067772490389322, 0.00162824170038242295, -0.0000951592254519715870,
      0.0000515138902046611451),
  }
end

local function cancel_momentum(bodies)
  local px = 0.0
  local py = 0.0
  local pz = 0.0
  for _, body in ipairs(bodies) do
    px = px + body.vx * body.mass
    py = py + body.vy * body.mass
    pz = pz + body.vz * body.mass
  end
  local sun = bodies[1]
  sun.vx = -px / SOLAR_MASS
  sun.vy = -py / SOLAR_MASS
  sun.vz = -pz / SOLAR_MASS
end

local function energy(bodies)
  local total = 0.0
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    total = total + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
    for j = i + 1, count do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      total = total - a.mass * b.mass / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return total
end

local function advance(bodies, dt)
  local count = #bodies
  for i = 1, count do
    local a = bodies[i]
    local mass = a.mass
    local vx = a.vx
    local vy = a.vy
    local vz = a.vz
    for j = i + 1, count do
      local b = bodies[j]
      local dx = a.x - b.x
      local dy = a.y - b.y
      local dz = a.z - b.z
      local square = dx * dx + dy * dy + dz * dz
      local force = dt / (square * sqrt(square))
      local towards_b = b.mass * force
      vx = vx - dx * towards_b
      vy = vy - dy * towards_b
      vz = vz - dz * towards_b
      local towards_a = mass * force
      b.vx = b.vx + dx * towards_a
      b.vy = b.vy + dy * towards_a
      b.vz = b.vz + dz * towards_a
    end
    a.vx = vx
    a.vy = vy
    a.vz = vz
  end
  for i = 1, count do
    local body = bodies[i]
    body.x = body.x + dt * body.vx
    body.y = body.y + dt * body.vy
    body.z = body.z + dt * body.vz
  end
end

local function main()
  local bodies = solar_system()
  cancel_momentum(bodies)
  print(string.format("%.9f", energy(bodies)))
  for _ = 1, 400000 do
    advance(bodies, 0.01)
  end
  print(string.format("%.9f", energy(bodies)))
end

main()
