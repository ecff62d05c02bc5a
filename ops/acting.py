"""Says which desk acts for a government: its managing officer, if an allotment names one, otherwise the government itself."""

from collections.abc import Iterator

from router.agencies.registry import Agency, Registry
from router.allotments.edition import Edition, Loaded


def acting(loaded: Loaded) -> Iterator[str]:
    """Yield a sentence for each government with an allotment that names its desk today, and its desks of later editions.

    Only the desk may reroute, reopen, archive and withdraw the cases of the government's region (docs/case.md).
    """
    for region, editions in sorted(loaded.allotments.editions.items()):
        government = loaded.registry.unit("pemda", region)
        if government is None:
            continue
        today = loaded.allotments.at(region, None)
        later = [one for one in reversed(editions) if one.since > loaded.allotments.today]
        before = managing_officer(today, loaded.registry)
        said = [_sentence(government, before)]
        for edition in later:
            officer = managing_officer(edition, loaded.registry)
            if officer != before:
                said.append(f"from {edition.since} {_sentence(government, officer)}")
            before = officer
        yield f"{government.id}: {'; '.join(said)}"


def managing_officer(edition: Edition | None, registry: Registry) -> Agency | None:
    """Return the managing officer that an edition names; None if it names none, or there is no edition."""
    if edition is None or not edition.officer:
        return None
    own = f"{edition.officer}-{edition.region}"
    return edition.agencies.get(own) or registry.get(own) or registry.get(edition.officer)


def _sentence(government: Agency, officer: Agency | None) -> str:
    if officer is None:
        return f"{government.name} itself acts as its desk (--as {government.id})"
    return f"{officer.name} acts as the desk of {government.name} (--as {officer.id}, no longer {government.id})"
