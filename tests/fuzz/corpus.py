"""What has hurt other servers: texts as messages, and bytes that end a connection."""

from typing import Final

from websockets.frames import Frame, Opcode

DEEP: Final = 30_000

TEXTS: Final = (
    "",
    " ",
    "null",
    "true",
    "0",
    "[]",
    "{}",
    "{",
    '{"type":',
    '{"type":null}',
    '{"type":{"type":"start_quiz"}}',
    '{"type":"START_QUIZ"}',
    '{"type":"start_quiz","type":"lock_session"}',  # a key twice
    '{"type":"sync_clock","t0":NaN}',
    '{"type":"sync_clock","t0":Infinity}',
    '{"type":"sync_clock","t0":1e400}',
    '{"type":"sync_clock","t0":-1e-400}',
    '{"type":"sync_clock","t0":' + "9" * 5000 + "}",
    '{"type":"sync_clock","t0":0.' + "1" * 5000 + "}",
    '{"type":"submit_answer","question":-1,"answer":0}',
    '{"type":"submit_answer","question":18446744073709551616,"answer":0}',
    '{"type":"submit_answer","question":0,"answer":' + "[" * DEEP + "]" * DEEP + "}",
    '{"type":"start_quiz","x":' + '{"x":' * DEEP + "1" + "}" * DEEP + "}",
    "[" * DEEP,
    '{"type":"join_session","code":"000000\\n","name":"n"}',
    '{"type":"join_session","code":"٠٠٠٠٠٠","name":"n"}',  # Arabic digits
    '{"type":"join_session","code":"000000","name":"\\ud800"}',
    '{"type":"join_session","code":"000000","name":"\\u0000"}',
    '{"type":"join_session","code":"000000","name":"\u202e\u2066\u200b"}',
    '{"type":"join_session","code":"000000","name":"' + "x" * 60_000 + '"}',
    '{"type":"resume_session","token":"v2.."}',
    '{"type":"resume_session","token":"none.AAAA."}',
    '{"type":"resume_session","token":"' + "A" * 512 + '"}',
    '{"type":"kick_player","player_id":"../../etc/passwd"}',
    '{"type":"lock_session","locked":"yes"}',
    '{"type":"leave_session","id":""}',
    '{"type":"leave_session","id":"' + "i" * 65 + '"}',
    '{"type":"leave_session","id":"\\n{\\"level\\":\\"error\\"}"}',  # a line for the log
    '{"type":"create_session","quiz":{"title":"","questions":[]}}',
    '{"type":"create_session","quiz":{"title":"t","questions":[null]}}',
    '{"type":"create_session","quiz":{"title":"t","questions":' + "[" * DEEP + "]" * DEEP + "}}",
    '{"\\u0074ype":"sync_clock","t0":1}',
    "\ufeff{}",
    '{"type":"sync_clock","t0":1}garbage',
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "${jndi:ldap://127.0.0.1/a}",
    "%s%n%x{0}",
)

ENDINGS: Final = (
    b"\x81\x02{}",  # not masked
    b"\xc1\x80\0\0\0\0",  # compressed, though that was not agreed
    b"\x83\x80\0\0\0\0",  # a reserved opcode
    b"\x8b\x80\0\0\0\0",
    b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126,  # a long ping
    b"\x09\x80\0\0\0\0",  # a ping in fragments
    b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",  # exabytes
    b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    b"\x81\xff\0\0\0\0\0\0\0\x01\0\0\0\0x",  # a length in more bytes than needed
    b"\x88\x81\0\0\0\0\x03",  # half a close code
    b"\x88\x82\0\0\0\0\x03\xed",  # 1005, which nobody may send
    b"\x88\x83\0\0\0\0\x03\xe8\xff",
    b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
    b"\0" * 64,
    b"\xff" * 64,
    *(
        Frame(Opcode.TEXT, text).serialize(mask=True)
        for text in (b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80")
    ),
    Frame(Opcode.BINARY, b"{}").serialize(mask=True),
    Frame(Opcode.CONT, b"{}").serialize(mask=True),
    Frame(Opcode.TEXT, b"{", fin=False).serialize(mask=True) + Frame(Opcode.TEXT, b"}").serialize(mask=True),
    Frame(Opcode.TEXT, b'{"type":"' + b"x" * 70_000 + b'"}').serialize(mask=True),
)
