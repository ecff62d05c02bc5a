"""Finds the environment variables with our prefix that nothing reads."""

from collections.abc import Iterable
from difflib import get_close_matches

from complaints.runtime.settings import Settings

NO_SETTINGS = ("LAPOR_BUILD", "LAPOR_CLICKHOUSE_PASSWORD")
"""Variables with our prefix that are read elsewhere: by the build, and by the embedded ClickHouse."""


def misspelt(names: Iterable[str]) -> list[str]:
    """Return a sentence for each variable with our prefix that nothing reads: it names the most similar one that is read."""
    known = [*(f"LAPOR_{name.upper()}" for name in Settings.model_fields), *NO_SETTINGS]
    unknown = sorted(name for name in names if name.startswith("LAPOR_") and name.upper() not in known)
    near = {name: get_close_matches(name.upper(), known, 1, 0.0) for name in unknown}
    return [f"nothing reads {name}: is {', '.join(near[name])} meant?" for name in unknown]
