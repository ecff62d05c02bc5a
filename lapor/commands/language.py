"""`lapor language ...`: shows what messages mean to the models, and learns these from example sentences."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from normalizer.language.model import Head
    from normalizer.language.understanding import Understood

app = typer.Typer(help="See and teach what messages mean.", no_args_is_help=True)

_NEAREST = 3
"""The number of examples that are shown with a reading."""


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
    """Show what messages mean: intent and subjects, how sure that is, the words that tell a subject, and the examples that are nearest.

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
    from normalizer.language.cues import names_place
    from normalizer.language.examples import OF_INTENTS, OF_SUBJECTS
    from normalizer.language.understanding import goes_on, nearest, understood
    from normalizer.reader import Reader

    found = understood(text)
    others = sorted(found.modifiers - {found.intent})
    beside = f"; also applies: {', '.join(others)}" if others else ""
    typer.echo(f"{text}\n  {found.intent} ({found.confidence:.2f}){beside}")
    if len(found.clauses) > 1:
        for one in found.clauses:
            typer.echo(f"    {one.intent} ({one.confidence:.2f}): {one.text}")
    for likeness, example in nearest(OF_INTENTS, text, _NEAREST):
        typer.echo(f"  like {likeness:.2f} {example.label} [{example.lang}]: {example.text}")
    reader = Reader.load()
    reading = reader.read(text)
    is_placed = reading.place.province is not None or names_place(text)
    more = goes_on(text, is_clear=reading.is_clear, is_placed=is_placed)
    typer.echo(f"  behind a report more of it ({more:.2f})")
    for subject in reading.subjects:
        words = reader.words_for(reading, subject.id)
        typer.echo(f"  subject {subject.id} {subject.score:.1f}{f': {words}' if words else ''}")
        for likeness, example in nearest(OF_SUBJECTS, text, 1, of=(subject.id,)):
            typer.echo(f"    like {likeness:.2f}: {example.text}")


@app.command()
def find(
    label: Annotated[str, typer.Argument(help="An intent, such as danger (docs/language.md), or the id of a subject.")],
    words: Annotated[str, typer.Argument(help="Only sentences with this in them.")] = "",
) -> None:
    """Show the example sentences of an intent or of a subject: language, writer and sentence, separated by tabs."""
    from complaints.errors import ConfigurationError
    from normalizer.language.examples import INTENTS, KINDS, examples, labels

    kind = next((kind for kind in KINDS if label in labels(kind)), None)
    if kind is None:
        raise ConfigurationError(
            f"no intent is called {label}, and no subject with examples; intents are {', '.join(INTENTS)}"
        )
    for one in examples(kind):
        if one.label == label and words.lower() in one.text.lower():
            typer.echo(f"{one.lang or '-'}\t{one.writer}\t{one.text}")


@app.command()
def check() -> None:
    """Check the example sentences, and that the models were learnt from them. The exit status is 1 if something is wrong."""
    from normalizer.language.examples import KINDS, digest, mistakes
    from normalizer.language.model import model
    from ops.learning import frequent

    found = [f"{kind}/{mistake}" for kind in KINDS for mistake in mistakes(kind)]
    if not found:
        others = [f"the model of {kind} was" for kind in KINDS if model(kind).head.digest != digest(kind)]
        if not frequent.is_current():
            others.append(f"the words of {frequent.FILE.name} were")
        found = [f"{one} learnt from other sentences: run `lapor language learn`" for one in others]
    for mistake in found:
        typer.echo(mistake)
    if found:
        raise typer.Exit(1)
    typer.echo("the sentences are whole, and the models were learnt from them", err=True)


@app.command()
def learn(
    *,
    wrong: Annotated[
        Path | None, typer.Option(help="Write the sentences that were misread, when their writers were held out, here.")
    ] = None,
) -> None:
    """Learn the models whose sentences changed, and show how well they read sentences of writers from whom they have not learnt.

    It takes minutes. scikit-learn must be installed: `pip install 'lapor-pipeline[learn]'`. The models are written beside the
    sentences; services read them at their next start.
    """
    from normalizer.language.examples import KINDS, digest
    from normalizer.language.model import model
    from ops.learning import frequent

    lines: list[str] = []
    for kind in KINDS:
        try:
            before = model(kind).head
        except (OSError, ValueError):  # missing, or in another format: nothing to compare with
            before = None
        if before is None or before.digest != digest(kind):
            lines += _learnt(kind, before)
    frequent.FILE.write_text(frequent.content(), encoding="utf-8")
    if wrong:
        wrong.write_text("".join(lines), encoding="utf-8")


def _learnt(kind: str, before: "Head | None") -> list[str]:
    """Learn a model, write it and show its figures. Return the sentences that were misread."""
    from normalizer.language.model import packed, place
    from ops.learning.language import learn as learnt_now

    typer.echo(f"learning {kind}, and measuring on the sentences of each writer in turn ...", err=True)
    learnt = learnt_now(kind)
    figures = learnt.head.figures
    earlier = before.figures["by_label"] if before else figures["by_label"]
    content = packed(learnt.head, learnt.weights)
    place(kind).write_bytes(content)
    right = f"{figures['accuracy']:.3f}, among the first three {figures['first_three']:.3f}"
    typer.echo(f"sentences {figures['sentences']}, right of those of held-out writers {right}")
    typer.echo(f"{'label':24}sentences  recall  (before)  precision  (before)")
    for label, row in figures["by_label"].items():
        was = earlier.get(label, {"recall": 0.0, "precision": 0.0})
        typer.echo(
            f"{label:24}{row['sentences']:9}{row['recall']:8.3f}  ({was['recall']:.3f}) {row['precision']:10.3f}  ({was['precision']:.3f})"
        )
    typer.echo("sure   sentences  right")
    for band in figures["bands"]:
        typer.echo(f"{band['sure']:.3f}{band['sentences']:11}{band['right']:7.3f}")
    typer.echo(f"{place(kind)}: {len(content) >> 10} KiB", err=True)
    return [f"{one.label}\t{read}\t{sure:.2f}\t{one.lang}\t{one.text}\n" for one, read, sure in learnt.wrong]
