-- Acquires, renews or releases the leases of some partitions.
--
-- KEYS  for each partition:
--         lease   `<coordinator id>:<fence>`, with expiry
--         fence   the last fence given out
-- ARGV  1 acquire | renew | release
--       2 the coordinator's id
--       3 expiry in ms
--       then for each partition: the coordinator's fence (renew, release), or the highest one that it has
--         heard of (acquire)
-- Returns for each partition the fence under which the coordinator holds the lease now; 0: it does not.

local action, coordinator, expiry = ARGV[1], ARGV[2], ARGV[3]

-- A longer expiry goes neither to the disk nor to replicas: it is 64 leases every 2/3 s, for as long as nothing happens.
-- So Redis may come back, or a replica take over, without the lease. It is ours as long as no later fence was given out.
local function renew(lease, mine, last)
  local held = redis.call('GET', lease)
  if held == coordinator .. ':' .. mine then
    redis.set_repl(redis.REPL_NONE)
    redis.call('PEXPIRE', lease, expiry)
    redis.set_repl(redis.REPL_ALL)
  elseif not held and redis.call('GET', last) == mine then
    redis.call('SET', lease, coordinator .. ':' .. mine, 'PX', expiry)
  else
    return 0
  end
  return tonumber(mine)
end

local function release(lease, mine)
  if redis.call('GET', lease) == coordinator .. ':' .. mine then
    redis.call('DEL', lease)
  end
  return 0
end

-- Not below the clock, so that a fence does not come again after Redis has lost its data. Not below what was heard of
-- either: a replica that took over may have missed the last fence, and its clock may be behind.
local function acquire(lease, heard, last)
  local held = redis.call('GET', lease)
  -- A lease under our own id that we ask for is one whose reply we have missed.
  if held and string.sub(held, 1, #coordinator + 1) ~= coordinator .. ':' then
    return 0
  end
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local fence = math.max(tonumber(redis.call('GET', last) or 0) + 1, tonumber(heard) + 1, now)
  -- As text: Lua would write numbers of this size as 1.7e+12.
  local text = string.format('%.0f', fence)
  redis.call('SET', last, text)
  redis.call('SET', lease, coordinator .. ':' .. text, 'PX', expiry)
  return fence
end

local act = ({ acquire = acquire, renew = renew, release = release })[action]
local fences = {}
for index = 1, #KEYS / 2 do
  fences[index] = act(KEYS[2 * index - 1], ARGV[3 + index], KEYS[2 * index])
end
return fences
