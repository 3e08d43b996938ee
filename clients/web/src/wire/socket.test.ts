import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeConnection } from "./fakes";
import {
  ATTENTIVE_INTERVAL_MS,
  ATTENTIVE_TIMEOUT_MS,
  LIVENESS_INTERVAL_MS,
  LIVENESS_TIMEOUT_MS,
  OFFLINE_TIMEOUT_MS,
  REPLY_MS,
  Refused,
  Socket,
  type SocketState,
  WAKE_CONNECT_MS,
  WAKE_TIMEOUT_MS,
} from "./socket";

/** A started socket with everything it said and did. */
function page(token: string | null = null) {
  const seen = {
    token,
    connections: [] as FakeConnection[],
    states: [] as SocketState[],
    messages: [] as string[],
    over: [] as number[],
    refused: [] as string[],
    failures: [] as unknown[],
  };
  const socket = new Socket(
    () => {
      seen.connections.push(new FakeConnection());
      return seen.connections.at(-1) as unknown as WebSocket;
    },
    {
      token: () => seen.token,
      state: (state) => seen.states.push(state),
      message: (message) => seen.messages.push(message.type),
      over: (code) => seen.over.push(code),
      resumeRefused: (refused) => {
        seen.token = null;
        seen.refused.push(refused.code);
      },
      failed: (error) => seen.failures.push(error),
    },
  );
  socket.connect();
  const last = () => seen.connections.at(-1) as FakeConnection;
  return { socket, seen, last };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a reply goes to the command whose id it carries", async () => {
  const { socket, last } = page();
  last().onopen?.();
  const started = socket.send({ type: "start_quiz" });
  const locked = socket.send({ type: "lock_session", locked: true });
  const [first, second] = last().sent;
  expect(String(first?.id)).toMatch(/^[0-9a-f]{32}$/);
  last().say({ type: "error", reply_to: String(second?.id), code: "forbidden", message: "no" });
  last().say({ type: "ok", reply_to: String(first?.id) });
  await expect(started).resolves.toMatchObject({ type: "ok" });
  await expect(locked).rejects.toMatchObject({ code: "forbidden", message: "no" });
  await expect(locked).rejects.toBeInstanceOf(Refused);
});

test("what was not answered is sent again with the same id, after the session was resumed", async () => {
  const { socket, seen, last } = page("t");
  last().onopen?.();
  last().say({ type: "resumed" });
  const resent = vi.fn();
  const reply = socket.send({ type: "submit_answer", question: 0, answer: 2 }, resent);
  const id = String(last().sent.at(-1)?.id);
  last().drop();
  expect(resent).toHaveBeenCalledOnce();
  expect(seen.states.at(-1)).toBe("waiting");
  vi.runOnlyPendingTimers();
  last().onopen?.();
  expect(last().sent.map((command) => command.type)).toEqual(["resume_session"]);
  expect(seen.states.at(-1)).toBe("connecting");
  last().say({ type: "resumed" });
  expect(last().sent.at(-1)).toMatchObject({ type: "submit_answer", id, answer: 2 });
  last().say({ type: "answer_accepted", reply_to: id });
  await expect(reply).resolves.toMatchObject({ type: "answer_accepted" });
});

test("a command given while there is no connection waits for the next one", () => {
  const { socket, last } = page();
  last().drop();
  void socket.send({ type: "start_quiz" });
  vi.runOnlyPendingTimers();
  expect(last().sent).toEqual([]);
  last().onopen?.();
  expect(last().sent).toMatchObject([{ type: "start_quiz" }]);
});

test("'unavailable' is no answer: the command is sent again after the time the server names", () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const { socket, last } = page();
  last().onopen?.();
  void socket.send({ type: "start_quiz" });
  const id = String(last().sent[0]?.id);
  last().say({ type: "error", reply_to: id, code: "unavailable", message: "wait", retry_after_ms: 700 });
  vi.advanceTimersByTime(699);
  expect(last().sent).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(last().sent[1]).toMatchObject({ type: "start_quiz", id });
});

test("waits grow with each failure, and coming online ends them at once", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  const { socket, seen, last } = page();
  last().drop();
  vi.advanceTimersByTime(500);
  last().drop();
  vi.advanceTimersByTime(900);
  expect(seen.connections).toHaveLength(2);
  socket.wake();
  expect(seen.connections).toHaveLength(3);
  expect(seen.states.at(-1)).toBe("connecting");
});

test("a draining gateway says how long to wait", () => {
  const { seen, last } = page();
  last().onopen?.();
  last().drop(1012, "2500");
  vi.advanceTimersByTime(2499);
  expect(seen.connections).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(seen.connections).toHaveLength(2);
});

test.each([4500, 4501, 4502, 4999])("close code %i is final", (code) => {
  const { seen, last } = page("t");
  last().onopen?.();
  last().drop(code);
  vi.advanceTimersByTime(120_000);
  expect(seen.connections).toHaveLength(1);
  expect(seen.over).toEqual([code]);
  expect(seen.states.at(-1)).toBe("over");
});

test("what was not answered when it is over is refused, not left hanging", async () => {
  const { socket, last } = page("t");
  last().onopen?.();
  last().say({ type: "resumed" });
  const ended = socket.send({ type: "end_session" });
  last().drop(4500);
  await expect(ended).rejects.toMatchObject({ code: "session_ended" });
});

test.each([1006, 1001, 1008, 1013, 4000, 4499])("after close code %i it connects again", (code) => {
  const { seen, last } = page();
  last().drop(code);
  vi.advanceTimersByTime(500);
  expect(seen.connections).toHaveLength(2);
});

test("a game that went to another tab can be taken back", () => {
  const { socket, seen, last } = page("t");
  last().onopen?.();
  last().drop(4502);
  socket.connect();
  last().onopen?.();
  expect(seen.connections).toHaveLength(2);
  expect(last().sent).toMatchObject([{ type: "resume_session", token: "t" }]);
});

test("a connection that does not answer in time is given up", () => {
  const { seen, last } = page();
  last().onopen?.();
  vi.advanceTimersByTime(LIVENESS_INTERVAL_MS);
  expect(last().sent).toMatchObject([{ type: "sync_clock" }]);
  vi.advanceTimersByTime(LIVENESS_TIMEOUT_MS - 1);
  expect(seen.connections).toHaveLength(1);
  vi.advanceTimersByTime(2);
  expect(seen.connections[0]?.closed).toBe(true);
  expect(seen.connections).toHaveLength(2);
});

test("while a question is open a way that was cut is found within six seconds", () => {
  const { socket, seen, last } = page();
  last().onopen?.();
  socket.attend(true);
  vi.advanceTimersByTime(ATTENTIVE_INTERVAL_MS + ATTENTIVE_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(2);
  last().onopen?.();
  socket.attend(false);
  vi.advanceTimersByTime(LIVENESS_INTERVAL_MS - 1);
  expect(last().sent).toEqual([]);
});

test("an answer without a reply makes the connection prove that it lives", async () => {
  const { socket, seen, last } = page();
  last().onopen?.();
  const sent = socket.send({ type: "submit_answer", question: 0, answer: 0 });
  vi.advanceTimersByTime(REPLY_MS);
  expect(last().sent).toMatchObject([{ type: "submit_answer" }, { type: "sync_clock" }]);
  // The gateway lives, and the coordinator is slow: nobody connects again for that.
  last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  vi.advanceTimersByTime(ATTENTIVE_TIMEOUT_MS);
  expect(seen.connections).toHaveLength(1);
  last().say({ type: "answer_accepted", question: 0, reply_to: String(last().sent[0]?.id) });
  await sent;
  void socket.send({ type: "submit_answer", question: 1, answer: 0 });
  vi.advanceTimersByTime(REPLY_MS + ATTENTIVE_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(2);
  expect(seen.connections[0]?.closed).toBe(true);
});

test("a device that says it is offline is believed after a second without an answer", () => {
  const { socket, seen, last } = page();
  last().onopen?.();
  socket.doubt();
  last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  vi.advanceTimersByTime(OFFLINE_TIMEOUT_MS * 2);
  expect(seen.states.at(-1)).toBe("open");
  socket.doubt();
  vi.advanceTimersByTime(OFFLINE_TIMEOUT_MS);
  expect(seen.states.at(-1)).toBe("waiting");
});

test("who comes back to a page gives its connection less than a second, and one that is on its way two", () => {
  const { socket, seen, last } = page();
  socket.wake();
  vi.advanceTimersByTime(WAKE_CONNECT_MS + 1);
  expect(seen.connections).toHaveLength(2);
  last().onopen?.();
  // A look that began before the phone was dark does not count.
  vi.advanceTimersByTime(LIVENESS_INTERVAL_MS);
  socket.wake();
  vi.advanceTimersByTime(WAKE_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(3);
  last().onopen?.();
  socket.wake();
  last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  vi.advanceTimersByTime(WAKE_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(3);
});

test("where an answer takes longer than a connection has to prove itself, it has longer the next time", () => {
  const { socket, seen, last } = page();
  last().onopen?.();
  void socket.send({ type: "join_session", code: "123456", name: "Ada", avatar: "x" });
  vi.advanceTimersByTime(REPLY_MS + ATTENTIVE_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(2);
  last().onopen?.();
  vi.advanceTimersByTime(REPLY_MS + ATTENTIVE_TIMEOUT_MS + 1_000);
  expect(seen.connections).toHaveLength(2);
  last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  // An answer in time shows that the network is quick again.
  vi.advanceTimersByTime(LIVENESS_INTERVAL_MS);
  last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  vi.advanceTimersByTime(LIVENESS_INTERVAL_MS + LIVENESS_TIMEOUT_MS + 1);
  expect(seen.connections).toHaveLength(3);
});

test("a connection that answers is kept", () => {
  const { seen, last } = page();
  last().onopen?.();
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(LIVENESS_INTERVAL_MS);
    last().say({ type: "clock", t0: 1, t1: 2, t2: 3 });
  }
  expect(seen.connections).toHaveLength(1);
});

test("a token that is no longer good ends it, and refuses what waited for it", async () => {
  const { socket, seen, last } = page("old");
  const waiting = socket.send({ type: "submit_answer", question: 0, answer: 0 });
  last().onopen?.();
  last().say({ type: "error", code: "invalid_token", message: "no" });
  await expect(waiting).rejects.toMatchObject({ code: "invalid_token" });
  expect(seen.refused).toEqual(["invalid_token"]);
  expect(seen.states.at(-1)).toBe("over");
});

test("a message that cannot be taken in is told, and the next one is taken in", () => {
  const { seen, last } = page();
  last().onopen?.();
  last().onmessage?.({ data: "{" });
  last().say({ type: "host_left", seq: 2 });
  expect(seen.failures).toHaveLength(1);
  expect(seen.messages).toEqual(["host_left"]);
});

test("one that is disposed of does nothing any more, and rejects what was asked of it", async () => {
  const { socket, seen, last } = page("t");
  last().onopen?.();
  last().say({ type: "resumed" });
  const waiting = socket.send({ type: "start_quiz" });
  socket.dispose();
  await expect(waiting).rejects.toMatchObject({ code: "session_ended" });
  await expect(socket.send({ type: "start_quiz" })).rejects.toMatchObject({ code: "session_ended" });
  socket.wake();
  vi.advanceTimersByTime(120_000);
  expect(seen.connections).toHaveLength(1);
  expect(last().closed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("a resume that cannot be stored now is tried again, with the token kept", () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const { seen, last } = page("t");
  last().onopen?.();
  last().say({ type: "error", code: "unavailable", message: "wait", retry_after_ms: 300 });
  vi.advanceTimersByTime(300);
  last().onopen?.();
  expect(seen.connections).toHaveLength(2);
  expect(last().sent).toMatchObject([{ type: "resume_session", token: "t" }]);
});

test("a quiz over the limit is refused, not sent again and again", async () => {
  const { socket, last } = page();
  last().onopen?.();
  const created = socket.send({ type: "create_session", quiz: { title: "t", questions: [] } });
  last().drop(1009);
  await expect(created).rejects.toMatchObject({ code: "bad_message" });
});

test("a resume that is not answered is tried again later and later, and not in step", () => {
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { seen, last } = page("token");
  const gaps: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    last().onopen?.();
    const before = seen.connections.length;
    let waited_ms = 0;
    while (seen.connections.length === before && waited_ms < 60_000) {
      vi.advanceTimersByTime(100);
      waited_ms += 100;
    }
    gaps.push(waited_ms);
  }
  expect(gaps).toEqual([5500, 11_000, 22_000, 24_000]);
});

test("a server without room is asked again no sooner than it says, and not by all at once", () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  const { seen, last } = page("token");
  last().onopen?.();
  last().answer("resume_session", { type: "error", code: "unavailable", message: "", retry_after_ms: 1000 });
  vi.advanceTimersByTime(1400);
  expect(seen.connections).toHaveLength(1);
  vi.advanceTimersByTime(200);
  expect(seen.connections).toHaveLength(2);
});

test("what is asked of a session that is over is refused at once", async () => {
  const { socket, last } = page();
  last().onopen?.();
  last().drop(4500);
  await expect(socket.send({ type: "start_quiz" })).rejects.toMatchObject({ code: "session_ended" });
});
