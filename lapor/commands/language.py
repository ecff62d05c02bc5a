"""`lapor language ...`: what a citizen wants by a message, read by a model that is learnt from example sentences."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.language.understanding import Understood

app = typer.Typer(help="See and teach what messages mean.", no_args_is_help=True)

_NEAREST = 3
"""Examples that are shown beside a reading."""


@app.callback()
def group() -> None:
    """See what citizens' messages mean to the program, and teach it by example sentences (docs/language.md)."""


@app.command()
def show(
    text: Annotated[str | None, typer.Argument(help="A message. Default: a message on each line of the input.")] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Read JSON lines with `text`, and write a JSON line for each.")
    ] = False,
) -> None:
    """Show what messages mean: the intent, how sure that is, and the examples that are nearest.

    `lapor language show "tolong, ada orang hanyut di kali"`

    With `--json`, each input line is an object with `text`; each output line has `intent` (for the whole text), `confidence` (0 to 1),
    `clauses` (text, intent and confidence of each) and `modifiers`: what applies whatever else is said (danger, hide, stop). A line that
    is no such object gives `{"error": ..., "line": N}` in its place, and the exit status is 1.
    """
    if text is not None:
        _explained(text)
        return
    if sys.stdin.isatty():
        typer.echo("reading messages from the keyboard, one on each line; end with Ctrl-D", err=True)
    if not as_json:
        for line in sys.stdin:
            if line.strip():
                _explained(line.strip())
        return
    from lapor.commands.jsonlines import pump

    _, broken = pump(sys.stdin.buffer, sys.stdout.buffer, _work)
    if broken:
        raise typer.Exit(1)


def _work() -> "Callable[[bytes], bytes]":
    from normalizer.language.understanding import understood

    def read(line: bytes) -> bytes:
        import orjson

        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            return orjson.dumps({"error": f"no JSON: {error}"})
        if not isinstance(said, dict) or not isinstance(said.get("text"), str):
            return orjson.dumps({"error": 'a line is an object with "text"'})
        return orjson.dumps(_document(understood(said["text"])))

    return read


def _document(found: "Understood") -> dict[str, object]:
    return {
        "intent": found.intent,
        "confidence": round(found.confidence, 3),
        "clauses": [one._asdict() | {"confidence": round(one.confidence, 3)} for one in found.clauses],
        "modifiers": sorted(found.modifiers),
    }


def _explained(text: str) -> None:
    from normalizer.language.nearest import nearest
    from normalizer.language.understanding import understood

    found = understood(text)
    others = sorted(found.modifiers - {found.intent})
    beside = f"; also applies: {', '.join(others)}" if others else ""
    typer.echo(f"{text}\n  {found.intent} ({found.confidence:.2f}){beside}")
    if len(found.clauses) > 1:
        for one in found.clauses:
            typer.echo(f"    {one.intent} ({one.confidence:.2f}): {one.text}")
    for likeness, example in nearest(text, _NEAREST):
        typer.echo(f"  like {likeness:.2f} {example.intent} [{example.lang}]: {example.text}")


@app.command()
def find(
    intent: Annotated[str, typer.Argument(help="An intent, such as danger; docs/language.md lists them.")],
    words: Annotated[str, typer.Argument(help="Only sentences with this in them.")] = "",
) -> None:
    """Show the example sentences of an intent: language, writer and sentence, separated by tabs."""
    from complaints.errors import ConfigurationError
    from normalizer.language.examples import INTENTS, examples

    if intent not in INTENTS:
        raise ConfigurationError(f"no intent is called {intent}; there are {', '.join(INTENTS)}")
    for one in examples():
        if one.intent == intent and words.lower() in one.text.lower():
            typer.echo(f"{one.lang}\t{one.writer}\t{one.text}")


@app.command()
def check() -> None:
    """Check the example sentences, and that the model was learnt from them. The exit status is 1 if something is wrong."""
    from normalizer.language.examples import digest, mistakes
    from normalizer.language.model import model

    found = mistakes()
    if not found and model().head.digest != digest():
        found = ["the model was learnt from other sentences: run `lapor language learn`"]
    for mistake in found:
        typer.echo(mistake)
    if found:
        raise typer.Exit(1)
    typer.echo("the sentences are whole, and the model was learnt from them", err=True)


@app.command()
def learn(
    *,
    wrong: Annotated[
        Path | None, typer.Option(help="Write the sentences that were misread, when their writers were held out, here.")
    ] = None,
) -> None:
    """Learn the model from the example sentences, and show how well it reads sentences of writers from whom it has not learnt.

    It takes a minute. scikit-learn must be installed: `pip install 'lapor-pipeline[learn]'`. The model is written beside the
    sentences; services read it at their next start.
    """
    from normalizer.language.model import model, packed, place
    from ops.learning.intents import learn as learnt_now

    typer.echo("learning, and measuring on the sentences of each writer in turn ...", err=True)
    learnt = learnt_now()
    figures = learnt.head.figures
    try:
        before = model().head.figures["by_intent"]
    except ValueError:  # of another format: there is nothing to compare with
        before = figures["by_intent"]
    content = packed(learnt.head, learnt.weights)
    place().write_bytes(content)
    typer.echo(f"sentences {figures['sentences']}, right of those of held-out writers {figures['accuracy']:.3f}")
    typer.echo("intent      sentences  recall  (before)  precision  (before)")
    for intent, row in figures["by_intent"].items():
        was = before.get(intent, {"recall": 0.0, "precision": 0.0})
        typer.echo(
            f"{intent:12}{row['sentences']:9}{row['recall']:8.3f}  ({was['recall']:.3f}) {row['precision']:10.3f}  ({was['precision']:.3f})"
        )
    typer.echo("sure   sentences  right")
    for band in figures["bands"]:
        typer.echo(f"{band['sure']:.3f}{band['sentences']:11}{band['right']:7.3f}")
    if wrong:
        lines = [f"{one.intent}\t{read}\t{sure:.2f}\t{one.lang}\t{one.text}\n" for one, read, sure in learnt.wrong]
        wrong.write_text("".join(lines), encoding="utf-8")
    typer.echo(f"{place()}: {len(content) >> 10} KiB", err=True)
