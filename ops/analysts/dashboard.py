"""The dashboard as a web application: the guide's main figures, for the part of the cases that the address names."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from io import StringIO
from threading import Lock
from typing import Any, Final

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from ops.analysts.board import CHANNELS, PERIODS, Figure, Part, figures
from ops.analysts.guide import Run

WIDE_PX: Final = 680
NARROW_PX: Final = 320
"""The width of a plot on a large screen and on paper, and its width on a telephone."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""The characters with which a spreadsheet formula begins."""

_PROVINCES: Final = "SELECT code, name FROM regions WHERE level = 'province' ORDER BY name"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    figure: Figure
    names: list[str]
    rows: list[tuple[Any, ...]]


class Dashboard:
    """The web application of the dashboard.

    Args:
        run: runs a query as the analyst; it is called for one query at a time.
        today: returns the present day.
        draws: whether figures are drawn, which needs vl-convert-python; otherwise there are tables alone.
        hosts: the host names that requests may have, so that a page of another site whose name resolves to us reads nothing.
    """

    def __init__(
        self,
        run: Run,
        *,
        today: Callable[[], date] = date.today,
        draws: bool = find_spec("vl_convert") is not None,
        hosts: Sequence[str] = ("127.0.0.1", "localhost"),
    ) -> None:
        self._run, self._today, self._draws, self._alone = run, today, draws, Lock()
        self._figures = {figure.name: figure for figure in figures()}
        loader = jinja2.PackageLoader("ops.analysts", "templates")
        self._page = jinja2.Environment(loader=loader, autoescape=True).get_template("dashboard.html")
        self.app = Starlette(
            routes=[
                Route("/", self._whole),
                Route("/plot/{name}-{width:int}.svg", self._plot),
                Route("/table/{name}.csv", self._table),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)],
        )

    async def _whole(self, request: Request) -> Response:
        part = Part.of(request.query_params)
        shown = [await run_in_threadpool(self._shown, figure, part) for figure in self._figures.values()]
        provinces = await run_in_threadpool(self._answer, _PROVINCES)
        text = self._page.render(
            part=part,
            shown=shown,
            draws=self._draws,
            provinces=provinces[1],
            channels=CHANNELS,
            periods=PERIODS,
            wide=WIDE_PX,
            narrow=NARROW_PX,
        )
        return HTMLResponse(text, headers=_HEADERS)

    async def _plot(self, request: Request) -> Response:
        width = request.path_params["width"]
        if width not in {WIDE_PX, NARROW_PX} or not self._draws:
            raise HTTPException(404)
        shown = await run_in_threadpool(self._shown, self._figure(request.path_params), Part.of(request.query_params))
        svg = await run_in_threadpool(drawn, shown.figure.plot(shown.names, shown.rows, width))
        return Response(svg, media_type="image/svg+xml", headers=_HEADERS)

    async def _table(self, request: Request) -> Response:
        shown = await run_in_threadpool(self._shown, self._figure(request.path_params), Part.of(request.query_params))
        text = StringIO()
        csv.writer(text).writerows([shown.names, *(map(_plain, row) for row in shown.rows)])
        attached = {"Content-Disposition": f'attachment; filename="lapor-{shown.figure.name}.csv"'}
        return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=_HEADERS | attached)

    def _figure(self, named: Mapping[str, Any]) -> Figure:
        if named["name"] not in self._figures:
            raise HTTPException(404)
        return self._figures[named["name"]]

    def _shown(self, figure: Figure, part: Part) -> _Shown:
        names, rows = self._answer(part.query(figure.question, self._today()))
        return _Shown(figure=figure, names=names, rows=rows)

    def _answer(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._alone:
            return self._run(sql)


def _plain(value: Any) -> Any:
    """Return a cell that no spreadsheet interprets as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def drawn(plot: Mapping[str, Any]) -> str:
    """Return the SVG of a Vega-Lite specification.

    Raises:
        ImportError: vl-convert-python is not installed.
    """
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(plot)))
