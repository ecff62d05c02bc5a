"""Files of allotments for tests."""


def allotment(*fields: str, region: str = "33.74") -> str:
    """Return an allotment with one edition, which is that of 2026.

    Args:
        fields: the fields of the edition, from the fifth line of the file on; those that need several lines are one each.
        region: the code of the government's region.
    """
    head = f'government: pemda-{region}\neditions:\n  - since: 2026-01-01\n    source: "a decree"\n'
    return head + "".join(f"    {field}\n" for field in fields)
