-- Commits one batch of a partition: state, deadlines, offset and deliveries, all of them or none.
--
-- KEYS  1 fence   2 meta   3 stream   4 deadlines   5 gateways   6 quarantine   7 outbox
--       then for each session: its hash, its history, its log, its channel
--       then for each gateway with replies: its channel
--       then for each new session: the key that recognises its create_session
-- ARGV  1 the fence of the lease that the batch was made under
--       2 the offset that the batch was made from, 3 the offset after it, 4 the first ID to keep in the stream
--       5 sessions, 6 gateways with replies, 7 new sessions: how many
--       8 to leave what is to be published in the outbox, for `publish.lua`: its expiry in ms; 0: it is published now
--       then for each session: 1 to forget all fields and the log first, else 0; [fields and values];
--         [fields to delete]; [records for the log]; step to publish, or empty; expiry of the hash in ms; expiry of the history in ms
--       then for each gateway: replies to publish
--       then for each new session: its code; expiry in ms
--       then [deadline, code, ...]; [codes without a deadline]; [gateways seen]; [gateways gone];
--         [reason, entry, ...] for the quarantine
--       where [] is a count of arguments, and these arguments.
-- Returns OK; FENCED: another coordinator has taken the lease; MOVED: the batch was made from another offset,
-- since a commit that was given up has arrived late.

local CHUNK = 4000 -- arguments per call; Lua's stack holds 8000
local HISTORY = 64 -- steps
local QUARANTINE = 1000 -- entries

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'FENCED'
end
if (redis.call('HGET', KEYS[2], 'offset') or '0-0') ~= ARGV[2] then
  return 'MOVED'
end

local at = 8
local function take()
  at = at + 1
  return ARGV[at]
end
local function take_list()
  local count = tonumber(take())
  local first = at + 1
  at = at + count
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
redis.call('HSET', KEYS[2], 'offset', ARGV[3])
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[4])

local key = 7
local steps = {}
for _ = 1, tonumber(ARGV[5]) do
  local hash, history, log, channel = KEYS[key + 1], KEYS[key + 2], KEYS[key + 3], KEYS[key + 4]
  key = key + 4
  if take() == '1' then
    redis.call('DEL', hash, log)
  end
  call('HSET', hash, take_list())
  call('HDEL', hash, take_list())
  local first, last = take_list()
  call('RPUSH', log, first, last)
  local step = take()
  if step ~= '' then
    redis.call('XADD', history, 'MAXLEN', '~', HISTORY, '*', 'e', step)
    steps[#steps + 1] = { channel, step }
  end
  local expiry = tonumber(take())
  keep(hash, expiry)
  if first <= last then
    keep(log, expiry)
  end
  keep(history, tonumber(take()))
end

local function say(channel, message)
  if ARGV[8] ~= '0' then
    redis.call('RPUSH', KEYS[7], channel, message)
  else
    redis.call('SPUBLISH', channel, message)
  end
end
for _ = 1, tonumber(ARGV[6]) do
  key = key + 1
  say(KEYS[key], take())
end
for _, step in ipairs(steps) do
  say(step[1], step[2])
end
if ARGV[8] ~= '0' then
  redis.call('PEXPIRE', KEYS[7], ARGV[8])
end

for _ = 1, tonumber(ARGV[7]) do
  key = key + 1
  local code, expiry = take(), take()
  redis.call('SET', KEYS[key], code, 'PX', expiry)
end

call('ZADD', KEYS[4], take_list())
call('ZREM', KEYS[4], take_list())
call('SADD', KEYS[5], take_list())
call('SREM', KEYS[5], take_list())
local first, last = take_list()
for entry = first, last, 2 do
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', QUARANTINE, '*', 'reason', ARGV[entry], 'e', ARGV[entry + 1])
end
return 'OK'
