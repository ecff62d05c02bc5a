"""Shows the figures of an evaluation as one HTML page. The page needs no other file and no network."""

from collections.abc import Sequence
from html import escape
from typing import Any

TITLES = {
    "top_1": "Owner among the right agencies",
    "top_3": "A right agency among the first three",
    "best_or_ok": "Owner right or acceptable",
    "in_house_1": "Owner a right agency or a unit of it",
    "in_house_3": "A right agency or a unit of it among the first three",
    "in_house_1_named": "Owner or unit, where the text names the agency",
    "in_house_3_named": "Owner or unit among the first three, named",
    "in_house_1_unnamed": "Owner or unit, where the text does not name it",
    "in_house_3_unnamed": "Owner or unit among the first three, not named",
    "right_national": "Right where a national agency must own it",
    "right_province": "Right where a province must own it",
    "right_regency": "Right where a regency or city must own it",
    "sure_wrong": "Wrong, of the answers with confidence 0.8 or more",
    "class": "Class",
    "oversight": "Oversight",
    "region_right": "Region right if the text supports one",
    "region_invented": "Region invented although the text supports none",
    "place_asked": "Missing place asked for",
    "abstention": "Sent to a triage desk",
}
"""The titles of the figures that are shares, by their keys in the result of ops.quality.evaluate.evaluate."""

SURE_NOTE = "The confidence is that of the law: if the labels are officers' choices, they differ from the law in about half of the cases."
"""The note for readers of the figure "sure_wrong"."""

_SIDE_PX, _MARGIN_PX = 320, 34

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .8rem;border-bottom:1px solid #d8dde5;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2rem}.bar{background:#2563a8;height:.7rem}
"""


def page(figures: dict[str, Any], difference: dict[str, Any] | None = None) -> str:
    """Return the figures of an evaluation as the text of an HTML page.

    Args:
        figures: the result of ops.quality.evaluate.evaluate.
        difference: the result of ops.quality.evaluate.compare, if two versions are compared.
    """
    versions = ", ".join(
        f"{name} {figures[key]}"
        for name, key in (("rules", "rules_version"), ("registry", "registry_version"), ("model", "model_version"))
        if figures[key]
    )
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Routing, measured</title><style>{_STYLE}</style><h1>Routing, measured</h1>",
        f"<p>{figures['reports']} reports; {escape(versions)}.</p>",
        _figures(figures),
        "<h2>Calibration</h2><p>How often the owner was right, by the confidence that was given.</p>",
        _curve(figures["calibration"]),
        "<h2>Most confused</h2>",
        _table(
            ("Wanted", "Got", "Reports"), [(row["wanted"], row["got"], row["reports"]) for row in figures["confused"]]
        ),
    ]
    if difference:
        parts += ["<h2>Compared with the other version</h2>", _difference(difference)]
    return "\n".join(parts) + "</html>\n"


def _figures(figures: dict[str, Any]) -> str:
    rows = []
    for key, title in TITLES.items():
        part = figures[key]
        if part["of"]:
            bar = f"<div class=bar style='width:{part['share'] * 12:.1f}rem'></div>"
            rows.append(
                f"<tr><td>{title}<td class=n>{part['right']} / {part['of']}<td class=n>{part['share']:.3f}<td>{bar}"
            )
    for key, title in (
        ("macro_recall", "Macro-recall"),
        ("macro_f1_by_agency", "Macro-F1 by agency"),
        ("macro_f1_by_level", "Macro-F1 by level of government"),
    ):
        if figures[key] is not None:
            rows.append(f"<tr><td>{title}<td><td class=n>{figures[key]:.3f}<td>")
    note = f"<p>{escape(SURE_NOTE)}</p>" if figures["sure_wrong"]["of"] else ""
    return f"<table>{''.join(rows)}</table>{note}"


def _curve(bands: Sequence[dict[str, Any]]) -> str:
    """Return a plot of accuracy over confidence as SVG, with one point per band. A point is larger if its band has more reports."""
    inner = _SIDE_PX - 2 * _MARGIN_PX
    marks = "".join(
        f"<circle cx='{_MARGIN_PX + band['confidence'] * inner:.1f}' cy='{_SIDE_PX - _MARGIN_PX - band['accuracy'] * inner:.1f}'"
        f" r='{2 + band['reports'] ** 0.5 / 2:.1f}' fill='#2563a8' fill-opacity='.6'>"
        f"<title>{band['band']}: {band['accuracy']:.2f} of {band['reports']}</title></circle>"
        for band in bands
    )
    low, high = _MARGIN_PX, _SIDE_PX - _MARGIN_PX
    return (
        f"<svg width='{_SIDE_PX}' height='{_SIDE_PX}' role='img' aria-label='Accuracy over confidence'>"
        f"<path d='M{low} {low}V{high}H{high}' fill='none' stroke='#8a94a3'/>"
        f"<path d='M{low} {high}L{high} {low}' stroke='#8a94a3' stroke-dasharray='4'/>{marks}"
        f"<text x='{_SIDE_PX / 2}' y='{_SIDE_PX - 8}' text-anchor='middle' font-size='12'>confidence</text>"
        f"<text x='12' y='{_SIDE_PX / 2}' transform='rotate(-90 12 {_SIDE_PX / 2})' text-anchor='middle' font-size='12'>"
        "accuracy</text></svg>"
    )


def _difference(difference: dict[str, Any]) -> str:
    figures = [(key, row["before"], row["after"]) for key, row in difference["figures"].items()]
    moved = [(row["id"], row["before"], row["after"]) for row in difference["moved"]]
    return _table(("Figure", "Before", "After"), figures) + _table(("Report", "Before", "After"), moved)


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = "".join(f"<th>{escape(name)}" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in row) for row in rows)
    return f"<table><tr>{head}{body}</table>"
