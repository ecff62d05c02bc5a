"""The facts on which a routing decision depends."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from complaints.event import Complaint, Place, Region
from normalizer import emergency
from normalizer.parts import own_title
from normalizer.places.scores import seat_of
from normalizer.results import PlaceReading, Reading
from normalizer.things.matching import without
from normalizer.zones import local_day
from router.agencies.registry import Registry


class Hints(NamedTuple):
    """All that is known of a complaint besides the text.

    Attributes:
        addressed_to: the agency that the citizen chose or wrote; empty if none.
        tagged: other accounts that were tagged together with ours, without the @.
        suggested: the ids of the agencies that refusals suggest.
    """

    addressed_to: str = ""
    tagged: Sequence[str] = ()
    suggested: Sequence[str] = ()


_NO_HINTS: Final = Hints()


class Facts:
    """The facts on which a decision depends.

    Attributes:
        reading: what the text says.
        place: where it happened.
        oversight: whether it is about abuse of office.
        hints: what is known besides the text.
        home: the code of the region through whose government's own channel it came; empty if it came through another channel.
        day: the day of receipt; None if not known.
        within: whether only the units of one government or national body are to be chosen from.
    """

    __slots__ = ("day", "hints", "home", "oversight", "place", "reading", "within")

    def __init__(  # noqa: PLR0913  # what is known of a complaint, from several sides
        self,
        reading: Reading,
        complaint: Complaint | None = None,
        *,
        suggested: Sequence[str] = (),
        home: str = "",
        day: date | None = None,
        within: bool = False,
    ) -> None:
        """Take the facts from a complaint, or from the reading alone.

        Args:
            reading: the reading of the text.
            complaint: the normalised complaint. Its place, oversight and hints take precedence over the reading's, because
                the channel may have asked the citizen about them (ADR 17).
            suggested: the ids of the agencies that refusals suggest.
            home: see Facts.home; a complaint's own keyword takes precedence.
            day: see Facts.day.
            within: see Facts.within.
        """
        self.reading = reading
        self.place = reading.place
        self.oversight = reading.oversight
        self.hints = _NO_HINTS
        self.home = Registry.seat(home) if home else ""
        self.day = day
        self.within = within
        if complaint is not None:
            self.place = _place_of(complaint.place)
            if reading.things:
                reading.things = without(reading.things, self.place, reading.groups)
            self.oversight = complaint.oversight
            hints = complaint.hints
            self.hints = Hints(hints.addressed_to or "", hints.tagged, suggested)
            if hints.keyword_region:
                self.home = Registry.seat(hints.keyword_region)


def is_outside(place: PlaceReading, region: str) -> bool:
    """Return whether a place is known to be outside a region: in another regency, or in another province."""
    told = place.regency or place.province
    code = seat_of(told) if told else region
    return not (code.startswith(region) or region.startswith(code))


def received(facts: Facts, complaint: Complaint) -> Facts:
    """Return the facts of a complaint with its day of receipt, at its place."""
    facts.day = local_day(complaint.received_at, facts.place.province)
    return facts


def whole_text(complaint: Complaint) -> str:
    """Return the text of a complaint and the texts of its additions about it, joined by line breaks, oldest first.

    Of a text that cries for help only its own words are taken: a text that it quotes is another matter (see emergency.cry_in).
    """
    return "\n".join(_texts(complaint))


def tells_of_danger(complaint: Complaint, known: bool | None = None) -> bool:
    """Return whether any text of a complaint reports danger to somebody's life.

    Args:
        complaint: with its additions.
        known: whether the title or the first text, as a whole, does; None to read them.
    """
    if known is None:
        return any(map(emergency.tells_of_danger, (own_title(complaint.title, complaint.text), *_texts(complaint))))
    others = [text for text in _texts(complaint) if text != complaint.text]
    return known or any(map(emergency.tells_of_danger, others))


def _texts(complaint: Complaint) -> list[str]:
    about = [addition.text for addition in complaint.additions if not addition.apart]
    return [emergency.cry_in(text) for text in (complaint.text, *about)]


def _place_of(place: Place) -> PlaceReading:
    codes = (_code(place.province), _code(place.regency), _code(place.district), _code(place.village))
    return PlaceReading(codes=codes, how="named" if any(codes) else "none")


def _code(region: Region | None) -> str | None:
    return None if region is None else region.code
