"""The base of all models: strict, with a name for messages."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Part(BaseModel):
    """A part of a data file with named fields: nothing is converted, and an unknown field is a mistake.

    Attributes:
        called: what a message calls it.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    called: ClassVar[str] = "this part"


def wrong(said: str) -> PydanticCustomError:
    """Return the error of a validator; braces in the sentence are kept as they are."""
    return PydanticCustomError("data", "{said}", {"said": said})
