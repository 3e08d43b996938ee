"""The interpreter of the simulated Valkey: Lua 5.1 with `redis.call` and `set_repl`, each script compiled once."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import lupa.lua51
from fakeredis._helpers import SimpleError

_BEFORE: Final = b"""function(call, set_repl)
local redis = { call = call, set_repl = set_repl, REPL_NONE = 0, REPL_ALL = 3 }; return function(KEYS, ARGV)
"""
_AFTER: Final = b"\nend end"
AS_IT_IS: Final = frozenset({bytes, int})
"""Types of replies that a script gets as they are."""


class Lua:
    """Runs scripts, one after the other."""

    def __init__(self) -> None:
        self._runtime = lupa.lua51.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        self._scripts: dict[bytes, Any] = {}
        self._session: Any = None
        """For which a script runs."""
        self.is_written = True
        """Whether what the script does now goes to the disk and to replicas."""

    def run(self, session: Any, source: bytes, keys: Sequence[bytes], args: Sequence[bytes]) -> Any:
        """Runs a script for a connection, and returns what it returns as a reply.

        Raises:
            SimpleError: a command in it was refused; what it did before that is done.
        """
        script = self._scripts.get(source)
        if script is None:
            script = self._compile(source)
        self._session, self.is_written = session, True
        try:
            result = script(self._runtime.table_from(keys), self._runtime.table_from(args))
        finally:
            self.is_written = True
        return session._convert_lua_result(result, nested=False)

    def _compile(self, source: bytes) -> Any:
        define = self._runtime.eval(_BEFORE + source + _AFTER)
        script = self._scripts[source] = define(self._call, self._set_repl)
        return script

    def _set_repl(self, flags: int) -> None:
        self.is_written = bool(flags)

    def _call(self, name: bytes, *args: Any) -> Any:
        session = self._session
        function, signature = session._name_to_func(_lower(name))
        words = [word if type(word) is bytes else f"{word:.17g}".encode() for word in args]
        result = session._run_command(function, signature, words, True)
        if type(result) in AS_IT_IS:
            return result
        if isinstance(result, SimpleError):
            raise result
        return session._convert_redis_result(self._runtime, result)


@cache
def _lower(name: bytes) -> str:
    return name.decode().lower()
