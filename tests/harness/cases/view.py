"""Compares the view with the log: every case and its facts as the view serves them. It shares no code with the product."""

from collections.abc import Iterator

import httpx

from tests.harness.cases.checker import Checker
from tests.harness.cases.log import filled
from tests.harness.support import wait_until

WAIT_S = 9.0
"""How long the view may take for one case that it does not have yet."""


def view_differences(url: str, key: str, checker: Checker) -> Iterator[str]:
    """Yield what the view serves otherwise than the log says.

    Args:
        url: of the view.
        key: that it asks for.
        checker: has read the log.
    """
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=2 * WAIT_S, trust_env=False
    ) as client:
        wait_until(lambda: _is_ready(client), timeout_s=60, what="the view")
        for code, case in checker.cases.items():
            asked = client.get(f"/cases/{code}", params={"version": case["version"], "wait_s": WAIT_S})
            if filled(asked.json().get("case"), "case") != case:
                yield f"the view's case {code} is not that of the log: {asked.text[:300]}"
            # the facts come from a topic of their own, so they may be later than the document
            last = checker.facts[code][-1].said["caused_by"]
            client.get(f"/cases/{code}/commands/{last}", params={"wait_s": WAIT_S})
            facts = client.get(f"/cases/{code}/facts")
            served = [filled(one, "fact") for one in facts.json().get("facts", ())]
            if served != [entry.said for entry in checker.facts[code]]:
                yield f"the view's facts of {code} are not those of the log: {facts.text[:300]}"


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == httpx.codes.OK
    except httpx.TransportError:  # it is just starting again
        return False
