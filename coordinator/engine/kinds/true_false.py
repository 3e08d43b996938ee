"""`true_false`: a statement that is true or false; as `single`, but True always stands before False."""

from typing import Final

from coordinator.engine.kinds.kind import Sample
from coordinator.engine.kinds.single import OneChoice
from quickpoll.protocol import TrueFalseQuestion


class TrueFalse(OneChoice[TrueFalseQuestion]):
    """The rules of `true_false`."""

    def as_played(self, question: TrueFalseQuestion, sample: Sample, *, randomize_options: bool) -> TrueFalseQuestion:
        """The two options keep their order."""
        return question


TRUE_FALSE: Final = TrueFalse()
