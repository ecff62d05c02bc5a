"""The dashboard's figures as a board for Grafana: deploy/grafana/lapor.json, which `python -m lapor.local.analyst_pages` writes. Pure."""

from typing import Any, Final

from ops.analysts.board import CHANNELS, Figure, about, figures

_SOURCE: Final = {"type": "grafana-clickhouse-datasource", "uid": "lapor"}
"""The data source that deploy/grafana/datasources.yaml declares."""

_CHOSEN: Final = (
    "('${province}' = '' OR province_code = '${province}') AND ('${channel}' = '' OR channel = '${channel}')"
    " AND $__dateFilter(received_day)"
)
"""The condition for the filters of the board; Grafana fills in their values."""

_WIDTH, _HEIGHT = 12, 9
"""The size of a panel on Grafana's grid of 24 columns."""


def board() -> dict[str, Any]:
    """Return the board as Grafana's JSON, with a panel per figure and the same filters as `lapor dashboard`."""
    return {
        "uid": "lapor",
        "title": "LAPOR!",
        "timezone": "Asia/Jakarta",
        "schemaVersion": 41,
        "time": {"from": "now-90d", "to": "now"},
        "templating": {"list": [_province(), _channel()]},
        "panels": [_panel(place, figure) for place, figure in enumerate(figures())],
    }


def query(figure: Figure) -> str:
    """Return a figure's query, restricted by the filters."""
    return about(figure.question, _CHOSEN)


def _panel(place: int, figure: Figure) -> dict[str, Any]:
    return {
        "id": place + 1,
        "type": "barchart",
        "title": figure.question.ask,
        "description": figure.question.mislead,
        "datasource": _SOURCE,
        "gridPos": {"x": place % 2 * _WIDTH, "y": place // 2 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "options": {"stacking": "normal", "legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "editorType": "sql",
                "queryType": "table",
                "format": 1,
                "rawSql": query(figure),
            }
        ],
    }


def _province() -> dict[str, Any]:
    asked = (
        "SELECT '' AS value, 'all' AS text UNION ALL "
        "SELECT code, name FROM lapor.regions WHERE level = 'province' ORDER BY value"
    )
    return {"name": "province", "type": "query", "datasource": _SOURCE, "query": asked, "refresh": 1}


def _channel() -> dict[str, Any]:
    chosen = ", ".join(("all : ", *(f"{name} : {name}" for name in CHANNELS)))
    return {"name": "channel", "type": "custom", "query": chosen}
