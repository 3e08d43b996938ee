-- Commits one batch of a partition: state, deadlines, offset and deliveries, all of them or none.
--
-- KEYS  1 fence   2 meta   3 stream   4 deadlines   5 gateways   6 served   7 quarantine   8 outbox
--       then for each session: its hash, its history, its log, its channel
--       then for each gateway with replies: its channel
--       then for each new session: the key that recognises its create_session
-- ARGV  1 the fence of the lease that the batch was made under
--       2 the offset that the batch was made from   3 the offset after it   4 the first ID to keep in the stream
--       5 for how many ms the outbox keeps what is to be said until `publish.lua` says it; 0: it is said now
--       then for each session: `session`, 1 to forget all fields and the log first, else 0, the step to publish or
--         an empty text, expiry of the hash in ms, expiry of the history in ms; then its lists:
--         fields   field, value, ...
--         removed  fields to delete
--         log      records that the log grows by
--       then the lists of the partition:
--         replies      for each gateway: what to publish
--         creates      for each new session: its code, expiry in ms
--         deadlines    deadline, code, ...
--         ended        codes without a deadline from now on
--         seen, gone   gateways
--         serves, unserved   members of `served`
--         quarantined  reason, entry, ...
--       A list is its name, the number of its arguments, and these; lists are in this order, empty ones are left out.
-- Returns COMMITTED; or, with nothing done, FENCED: another coordinator has taken the lease, or STALE: the batch was
-- made from another offset, since a commit that was given up has arrived late.

local CHUNK = 4000 -- arguments per call; Lua's stack holds 8000
local HISTORY = 64 -- steps
local QUARANTINE = 1000 -- entries

local fence, before, offset, first_kept, hold_ms = unpack(ARGV, 1, 5)
if redis.call('GET', KEYS[1]) ~= fence then
  return 'FENCED'
end
if (redis.call('HGET', KEYS[2], 'offset') or '0-0') ~= before then
  return 'STALE'
end

local key, at = 8, 5
local function next_key()
  key = key + 1
  return KEYS[key]
end
-- First and last position of a list.
local function list(name)
  if ARGV[at + 1] ~= name then
    return 1, 0
  end
  local first = at + 3
  at = at + 2 + tonumber(ARGV[at + 2])
  return first, at
end
local function call(command, key, first, last)
  for from = first, last, CHUNK do
    redis.call(command, key, unpack(ARGV, from, math.min(from + CHUNK - 1, last)))
  end
end

-- Only when half of it is over, or it is to be shorter: each time would be a third of what a commit writes to the disk.
local function keep(key, expiry)
  local left = redis.call('PTTL', key)
  if left < expiry / 2 or left > expiry then
    redis.call('PEXPIRE', key, expiry)
  end
end

-- The first write: where Redis can take none (no memory, no disk, a replica) it is refused here, with nothing done.
redis.call('HSET', KEYS[2], 'offset', offset, 'served_to', offset)
redis.call('XTRIM', KEYS[3], 'MINID', first_kept)

local steps = {}
while ARGV[at + 1] == 'session' do
  local hash, history, log, channel = next_key(), next_key(), next_key(), next_key()
  local is_over, step, expiry, history_expiry = unpack(ARGV, at + 2, at + 5)
  at = at + 5
  if is_over == '1' then
    redis.call('DEL', hash, log)
  end
  call('HSET', hash, list('fields'))
  call('HDEL', hash, list('removed'))
  keep(hash, tonumber(expiry))
  local first, last = list('log')
  if first <= last then
    call('RPUSH', log, first, last)
    keep(log, tonumber(expiry))
  end
  if step ~= '' then
    redis.call('XADD', history, 'MAXLEN', '~', HISTORY, '*', 'e', step)
    steps[#steps + 1] = { channel, step }
  end
  keep(history, tonumber(history_expiry))
end

local function say(channel, message)
  if hold_ms ~= '0' then
    redis.call('RPUSH', KEYS[8], channel, message)
  else
    redis.call('SPUBLISH', channel, message)
  end
end
local first, last = list('replies')
for reply = first, last do
  say(next_key(), ARGV[reply])
end
for _, step in ipairs(steps) do
  say(step[1], step[2])
end
if hold_ms ~= '0' then
  redis.call('PEXPIRE', KEYS[8], hold_ms)
end

first, last = list('creates')
for create = first, last, 2 do
  redis.call('SET', next_key(), ARGV[create], 'PX', ARGV[create + 1])
end
call('ZADD', KEYS[4], list('deadlines'))
call('ZREM', KEYS[4], list('ended'))
call('SADD', KEYS[5], list('seen'))
call('SREM', KEYS[5], list('gone'))
call('SADD', KEYS[6], list('serves'))
call('SREM', KEYS[6], list('unserved'))
first, last = list('quarantined')
for entry = first, last, 2 do
  redis.call('XADD', KEYS[7], 'MAXLEN', '~', QUARANTINE, '*', 'reason', ARGV[entry], 'e', ARGV[entry + 1])
end
return 'COMMITTED'
