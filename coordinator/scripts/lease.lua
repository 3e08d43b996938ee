-- Acquires, renews or releases the lease of one partition.
--
-- KEYS  1 lease   `<coordinator id>:<fencing token>`, with expiry
--       2 token   the last fencing token given out
-- ARGV  1 acquire | renew | release
--       2 the coordinator's id
--       3 its fencing token (renew, release)
--       4 expiry in ms (acquire, renew)
-- Returns the fencing token under which the coordinator holds the lease now; 0: it does not.

local held = redis.call('GET', KEYS[1])
local mine = ARGV[2] .. ':' .. ARGV[3]

if ARGV[1] == 'renew' then
  if held ~= mine then
    return 0
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return tonumber(ARGV[3])
end

if ARGV[1] == 'release' then
  if held == mine then
    redis.call('DEL', KEYS[1])
  end
  return 0
end

-- A lease under our own id that we ask for is one whose reply we have missed.
if held and string.sub(held, 1, #ARGV[2] + 1) ~= ARGV[2] .. ':' then
  return 0
end
-- Not below the clock, so that a token does not come again after Redis has lost its data. As text:
-- Lua would write numbers of this size as 1.7e+12.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local token = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, now)
local text = string.format('%.0f', token)
redis.call('SET', KEYS[2], text)
redis.call('SET', KEYS[1], ARGV[2] .. ':' .. text, 'PX', ARGV[4])
return token
