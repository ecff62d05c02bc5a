"""What is learnt from officers stands beside the rules: measured, explained, and never alone."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from complaints.errors import ConfigurationError
from complaints.event import Place, Region
from lapor.cli import app
from lapor.commands.figures import was_learnt_from
from ops.learning.learn import Learnt, learn, save
from ops.learning.weighing import Delivered, Probe, answer, chosen, measured, mixed
from ops.quality.evaluate import compare, evaluate
from ops.quality.labelled import Labelled, labelled
from ops.quality.page import page
from router.agencies.resolve import resolve
from router.facts import Facts
from router.jsonlines import route_line
from router.learning.models import models_in
from router.routing import Router
from router.within import House, choose
from tests.harness.events import complaint as event
from tests.harness.models import without_bodies
from tests.harness.tables import row_by_row
from tests.harness.there import there

PLACES = ("Kota Semarang", "Kabupaten Kendal", "Kota Bandung", "Kabupaten Tuban")


def history() -> list[Labelled]:
    """Return officers who send cables to a body that the registry lacks, and street lights to the works department."""
    rows = []
    for number in range(24):
        place = PLACES[number % 4]
        rows.append(
            {
                "id": f"k{number}",
                "text": f"kabel semrawut udara melintang di {place}",
                "agency": "Tim Penataan Kabel Udara",
            }
        )
        rows.append(
            {"id": f"p{number}", "text": f"lampu penerangan jalan mati gelap di {place}", "agency": f"Dinas PU {place}"}
        )
    return labelled(rows)


TODAY = date(2026, 11, 24)
CITY = "Kota Semarang"
PARKING = ("kabel semrawut melintang di trotoar", "Tim Penataan Kabel Udara")
LIGHTS = ("lampu penerangan jalan mati gelap", "Dinas PU")


def own_history(count: int = 40) -> list[Labelled]:
    """Return a city's own history, whose texts name no place and whose labels name no city."""
    rows = [
        {"id": f"{number}{label}", "text": f"{text} nomor {number}", "agency": label}
        for number in range(count)
        for text, label in (PARKING, LIGHTS)
    ]
    return labelled(rows)


def complaint(text: str, *, oversight: bool = False) -> dict[str, Any]:
    """Return a complaint without a place as plain data."""
    return {"text": text, "received_at": "2026-11-24T08:00:00+07:00", "oversight": oversight}


def found(router: Router, text: str) -> str:
    """Return the id of the owner of a text."""
    return router.decide(Facts(router.reader.read(text))).owner.id


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file of the history."""
    path = tmp_path_factory.mktemp("model") / "model.json"
    learnt = learn(history(), Router.load(), today=TODAY)
    assert learnt.figures["model"]["top_1"] > 0.9
    save(learnt, path)
    return path


@pytest.fixture(scope="module")
def own() -> Learnt:
    """A city's own model."""
    return learn(own_history(), Router.load(), today=TODAY, region="33.74")


def test_officers_choices_are_followed_and_explained(model: Path) -> None:
    """The owner is theirs, and the words that spoke for it are in the evidence."""
    router = Router.load(model=model)
    place = Place(text=CITY, province=Region(code="33", name=""), regency=Region(code="33.74", name=""))
    said = router.route(event(title="", text="lampu penerangan jalan mati di Kota Semarang", place=place))
    assert said.owner.id == "dpu-33.74"
    assert any(row.rule.startswith("model:learnt-2026-11-24") and row.span for row in said.evidence)
    assert "Anda tuju" not in said.explanation


def test_the_figures_are_of_rules_model_and_baseline_side_by_side() -> None:
    """By folds, each report is measured once."""
    figures = learn(history(), Router.load(), today=TODAY).figures
    assert (figures["how"], figures["measured"]) == ("folds", 48)
    assert figures["model"]["top_1"] > figures["rules"]["top_1"]
    assert figures["baseline"].keys() == {"top_1", "top_3", "macro_recall"}
    assert sum(band["reports"] for band in figures["model"]["calibration"]) == 48


@pytest.mark.parametrize("within", ["", "33.74"])
def test_the_rules_figures_are_those_of_what_is_delivered(within: str) -> None:
    """A report for a triage desk counts as the desk's, as `lapor evaluate` counts it, and so do desks within a government."""
    vague = labelled(
        [{"id": f"v{number}", "text": f"mohon bantuannya {number}", "agency": "PLN"} for number in range(6)]
    )
    reports = [*(own_history(20) if within else history()), *vague]
    if within:
        desk = labelled([{"id": "d", "text": "mohon bantuannya pak wali", "agency": f"Pemerintah {CITY}"}])
        reports = [*reports, *desk * 6]
    router = Router.load()
    figures = learn(reports, router, today=TODAY, region=within).figures
    house = House.of("pemda-33.74", router.registry) if within else None
    told = evaluate(reports, router, house)
    assert told["abstention"]["right"] >= 6
    assert figures["rules"]["top_1"] == told["top_1"]["share"]
    assert figures["rules"]["top_3"] == told["top_3"]["share"]


def test_a_model_s_figures_count_the_desk_that_gets_the_report() -> None:
    """The desk of the rules with a model for all, the answer of the rules where a government's model has no say, and who is not sure."""
    ruled, learnt = [("a", 0.6), ("b", 0.4)], [("b", 1.0), ("c", 0.0)]
    plain = Probe("a", ruled, learnt, False, frozenset("c"))
    order = mixed(plain, 0.5, 2.0)

    def told(sure: float = 0.9, **changed: Any) -> list[str]:
        delivered = Delivered(("x", "a"), "desk", sure_from=0.15, **changed)
        return answer(order, plain._replace(delivered=delivered), sure)

    assert answer(order, plain, 0.0) == told() == ["b", "a"]
    assert told(at_desk=True) == told(sure=0.1) == told(house="b") == ["desk", "b", "a"]
    assert told(by_rules=True) == ["x", "a"]
    assert answer([], plain._replace(delivered=Delivered((), "desk")), 0.0) == ["desk"]


def test_reports_with_a_time_are_measured_on_the_last_fifth() -> None:
    """What came later tells nothing about what came before: a label of the last days alone is never predicted."""
    start = date(2026, 1, 1)
    reports = [
        replace(
            report,
            received=(start + timedelta(days=number)).isoformat(),
            best=report.best if number < 39 else ("Kementerian Pertahanan",),
        )
        for number, report in enumerate(history())
    ]
    Random(1).shuffle(reports)
    figures = learn(reports, Router.load(), today=TODAY).figures
    assert (figures["how"], figures["measured"]) == ("time", 10)
    assert figures["baseline"]["top_1"] < 0.2
    assert figures["model"]["top_3"] < 0.2


def test_shuffled_labels_teach_nothing() -> None:
    """With labels that have nothing to do with the texts, model and baseline are as good as chance."""
    random = Random(7)
    labels = ("PLN", "Ditjen Imigrasi", "Kementerian Sosial", "Perum Bulog")
    texts = ("kabel semrawut", "lampu jalan mati", "paspor belum terbit", "beras mahal di pasar")
    reports = [replace(one, text=f"{random.choice(texts)} {one.id} di Kota Bandung") for one in history() * 4]
    shuffled = [replace(report, best=(random.choice(labels),)) for report in reports]
    figures = learn(shuffled, Router.load(), today=TODAY).figures
    assert figures["model"]["top_1"] == pytest.approx(0.25, abs=0.12)
    assert figures["baseline"]["top_1"] == pytest.approx(0.25, abs=0.12)


def test_nobody_is_surer_than_right_where_a_larger_share_is_right_less_often() -> None:
    """Steps of which a later one is right less often are taken together: chance in an early step makes no later one sure."""
    early = [Probe("a", [("a" if number % 20 else "b", 0.5), ("c", 0.5)], [], False) for number in range(400)]
    late = [Probe("a", [("a" if number % 10 < 7 else "b", 0.9), ("c", 0.1)], [], False) for number in range(400)]
    weights = chosen(early + late)
    figures = measured([(probe, weights) for probe in early + late])
    (band,) = figures["calibration"]
    assert (band["confidence"], band["accuracy"]) == (0.825, 0.825)


def test_a_governments_own_history_needs_no_place(own: Learnt, tmp_path: Path) -> None:
    """Its labels are its units even where neither text nor label names it, also if nobody said whose history it is."""
    path = tmp_path / "own.json"
    save(own, path)
    router = Router.load(model=path)
    facts = Facts(router.reader.read(PARKING[0], region="33.74"), home="33.74", within=True)
    choice = choose(router, facts, House.of("pemda-33.74", router.registry))
    assert choice.decision.owner.name == PARKING[1]
    named = [replace(report, best=(f"{report.best[0]} {CITY}",)) for report in own_history()]
    assert learn(named, Router.load(), today=TODAY).document["region"] == "33.74"


def test_models_of_several_governments_are_side_by_side(own: Learnt, model: Path, tmp_path: Path) -> None:
    """Each is for its own place, a general one for the others; two for one place are refused."""
    save(own, tmp_path / "semarang.json")
    other = {**own.document, "region": "32.73", "version": "learnt-other", "classes": ["dishub-32.73", "dinsos-32.73"]}
    save(replace(own, document=other), tmp_path / "bandung.json")
    (tmp_path / "all.json").write_bytes(model.read_bytes())
    router = Router.load(model=tmp_path)
    general = there(router.models.general)
    for text, region, version in (
        ("Kota Semarang", "33.74", own.document["version"]),
        ("Kota Bandung", "32.73", "learnt-other"),
        ("Kabupaten Tuban", "", general.version),
    ):
        used = there(router.models.at(router.reader.read(f"lampu jalan mati di {text}").place))
        assert (used.region, used.version) == (region, version)
    save(own, tmp_path / "again.json")
    with pytest.raises(ConfigurationError, match="same government"):
        models_in(tmp_path)


def test_a_governments_model_in_a_folder_divides_only_what_the_law_leaves_with_it(own: Learnt, tmp_path: Path) -> None:
    """What is clearly a national agency's stays with it."""
    save(own, tmp_path / "semarang.json")
    router = Router.load(model=tmp_path)
    text = "paspor saya di kantor imigrasi Kota Semarang belum terbit"
    assert found(router, text) == found(Router.load(), text)


def fixed(*classes: str, trust: float = 0.7, region: str = "33.74") -> dict[str, Any]:
    """Return a model that is for the second class, whatever the text says."""
    sure = {"calibration": [[0.0, 0.8], [1.0, 0.9]], "sure_from": 0.1}
    return without_bodies(*classes, bias=[0.0, 4.0], trust=trust, region=region, version="learnt-fixed", **sure)


def both(document: dict[str, Any], folder: Path) -> tuple[Router, Router]:
    """Return a router with this model, and one without."""
    folder.mkdir(exist_ok=True)
    path = folder / "m.json"
    path.write_bytes(orjson.dumps(document))
    return Router.load(model=path), Router.load()


def test_a_governments_model_in_a_file_leaves_the_nation_alone(own: Learnt, tmp_path: Path) -> None:
    """A file is as good as a folder with that one file: what happened elsewhere, or nobody knows where, is decided by the rules."""
    save(own, tmp_path / "own.json")
    file, folder, plain = (Router.load(model=path) for path in (tmp_path / "own.json", tmp_path, None))
    for text in (LIGHTS[0], f"{LIGHTS[0]} di Kota Bandung", f"{PARKING[0]} di {CITY}", "paspor saya belum terbit"):
        line = orjson.dumps({"text": text})
        assert route_line(file, line) == route_line(folder, line)
        if CITY not in text:
            assert route_line(file, line) == route_line(plain, line)


def test_whose_house_it_is_the_law_decides_and_the_model_within_it(tmp_path: Path) -> None:
    """However the model spreads the government's part, no agency outside overtakes it, and none outside loses its matter."""
    learnt, plain = both(fixed("dishub-33.74", "dpu-33.74"), tmp_path)
    shared = f"trayek bus dalam kota tidak jalan, angkot ngetem sembarangan di {CITY}"
    before, after = (one.decide(Facts(one.reader.read(shared))) for one in (plain, learnt))
    assert before.owner.id == "dishub-33.74"
    assert after.owner.id == "dpu-33.74"
    split, _ = both(fixed("dishub-33.74", "dpu-33.74", trust=0.5), tmp_path / "split")
    mixed = split.decide(Facts(split.reader.read(shared)))
    assert (mixed.owner.region, mixed.triage) == ("33.74", False)
    national = f"jalan nasional di {CITY} berlubang"
    assert found(learnt, national) == found(plain, national) == "ditjen-bina-marga"


def test_a_unit_that_the_model_does_not_know_keeps_what_the_rules_give_it(tmp_path: Path) -> None:
    """Officers had no such report, so the model has nothing against it: the answer is as without the model."""
    learnt, plain = both(fixed("dinsos-33.74", "dpu-33.74"), tmp_path)
    line = orjson.dumps({"text": f"angkot ngetem sembarangan dan parkir liar di {CITY}"})
    assert orjson.loads(route_line(plain, line))["agency"]["id"] == "dishub-33.74"
    assert route_line(learnt, line) == route_line(plain, line)


def test_a_triage_case_stays_one_with_a_governments_model(tmp_path: Path) -> None:
    """What the rules do not know goes to the desk, not to the unit that got most reports."""
    learnt, plain = both(fixed("dishub-33.74", "dpu-33.74"), tmp_path)
    for text in (f"halo {CITY}", f"mohon bantuannya pak wali di {CITY}"):
        line = orjson.dumps({"text": text})
        assert orjson.loads(route_line(plain, line))["triage"]
        assert route_line(learnt, line) == route_line(plain, line)


@pytest.mark.parametrize("text", ["air PDAM mati tiga hari", "lampu jalan mati", "halo", f"halo {CITY}"])
def test_a_triage_case_stays_one_with_a_model_for_all(text: str, tmp_path: Path) -> None:
    """What lacks a place or a subject is asked for as without the model; what officers did is among the alternatives at most."""
    learnt, plain = both(fixed("bumn", "pln", trust=0.9, region=""), tmp_path)
    one, other = (orjson.loads(route_line(router, orjson.dumps({"text": text}))) for router in (learnt, plain))
    assert one["triage"]
    for name in ("agency", "confidence", "triage", "explanation", "missing"):
        assert one[name] == other[name]


def test_a_model_for_all_names_no_unit_of_a_region_that_the_text_does_not_name(tmp_path: Path) -> None:
    """Neither as the owner nor as an alternative; at its place, by the text or the channel, it may."""
    learnt, plain = both(fixed("pln", "dpu-33.74", trust=0.9, region=""), tmp_path)
    for text in ("listrik PLN padam sejak pagi", f"{LIGHTS[0]} di Kota Bandung", "lampu jalan mati"):
        found = learnt.decide(Facts(learnt.reader.read(text)))
        assert found.owner.id == plain.decide(Facts(plain.reader.read(text))).owner.id
        assert "dpu-33.74" not in [one.agency.id for one in found.ranked]
    for line in ({"text": f"{LIGHTS[0]} di {CITY}"}, {"text": LIGHTS[0], "region": "33.74"}):
        assert orjson.loads(route_line(learnt, orjson.dumps(line)))["agency"]["id"] == "dpu-33.74"


def test_own_and_elsewhere_are_the_laws_with_a_model_too(tmp_path: Path) -> None:
    """The desk's model chooses among its units; it says nothing of whose matter it is."""
    learnt, plain = both(fixed("dishub-33.74", "dpu-33.74"), tmp_path)
    house = House.of("pemda-33.74", plain.registry)
    for text in (
        f"paspor saya di kantor imigrasi {CITY} belum terbit",
        f"jalan nasional di {CITY} berlubang",
        "sampah",
    ):
        line = orjson.dumps({"text": text, "region": "33.74"})
        one, other = (orjson.loads(route_line(router, line, house)) for router in (learnt, plain))
        assert one["within"] == other["within"]


def test_abuse_of_office_goes_to_whom_the_law_names(tmp_path: Path) -> None:
    """Whatever officers did: the model adds candidates behind the law's first one."""
    text = "pungli oleh pegawai Dinas Perhubungan di Kota Semarang"
    reports = labelled(
        [{"id": str(number), "text": f"{text} {number}", "agency": f"Dinas Perhubungan {CITY}"} for number in range(30)]
        + [
            {"id": f"b{number}", "text": f"jalan rusak {number}", "agency": "Dinas PU Kota Bandung"}
            for number in range(30)
        ]
    )
    path = tmp_path / "model.json"
    save(learn(reports, Router.load(), today=TODAY), path)
    rules, router = Router.load(), Router.load(model=path)
    before = rules.decide(Facts(rules.reader.read(text)))
    after = router.decide(Facts(router.reader.read(text)))
    assert before.owner.id == after.owner.id == "inspektorat-33.74"
    assert any(reason.rule.startswith("model:") for one in after.ranked for reason in one.reasons)


def test_a_body_that_the_registry_lacks_is_learnt(model: Path) -> None:
    """`agency resolve --model` knows it, under an administrator that is there."""
    assert resolve(Router.load().registry, "Tim Penataan Kabel Udara") is None
    registry = Router.load(model=model).registry
    assert registry.parents(there(resolve(registry, "Tim Penataan Kabel Udara")).id)[-1].id == registry.administrator_id


@row_by_row
def test_a_model_of_no_region_or_with_a_wrong_trust_is_refused_in_a_sentence(
    model: Path, tmp_path: Path, field: str, wrong: object, said: str
) -> None:
    """Not at the first complaint, and not silently for no complaint at all."""
    path = tmp_path / "wrong.json"
    path.write_bytes(orjson.dumps(orjson.loads(model.read_bytes()) | {field: wrong}))
    with pytest.raises(ConfigurationError, match=rf"wrong\.json is not a model of this version: {said}"):
        Router.load(model=path)


def test_the_evaluation_counts_and_compares(model: Path) -> None:
    """Figures for officers' labels and for owners of the law, the curve, the confusions, and what a version changes."""
    reports = history()
    before, after = evaluate(reports, Router.load()), evaluate(reports, Router.load(model=model))
    assert after["top_1"]["share"] > before["top_1"]["share"]
    difference = compare(before, after)
    assert difference["figures"]["top_1"] == {"before": before["top_1"]["share"], "after": after["top_1"]["share"]}
    assert difference["moved"]
    text = page(after, difference)
    assert "<svg" in text
    assert "http" not in text


def test_a_model_that_is_measured_on_what_it_was_learnt_from_is_named(model: Path, tmp_path: Path) -> None:
    """The share of right owners is then near one, and says nothing."""
    rows = [{"id": one.id, "text": one.text, "agency": one.best[0]} for one in history()]
    said = []
    for name, part in (("same", rows), ("other", rows[:-4])):
        file, out = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.json"
        file.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in part))
        ran = CliRunner().invoke(app, ["evaluate", str(file), "--model", str(model), "--json", str(out)])
        assert ran.exit_code == 0, ran.output
        said.append((orjson.loads(out.read_bytes())["model_learnt_from_this"], "learnt from these very" in ran.stderr))
    assert said == [(True, True), (False, False)]


def test_a_governments_model_knows_its_own_part_of_a_file(own: Learnt, tmp_path: Path) -> None:
    """`lapor learn --within` left the others out."""
    save(own, tmp_path / "own.json")
    router = Router.load(model=tmp_path / "own.json")
    assert was_learnt_from(own_history(), router)
    assert not was_learnt_from(own_history(30), router)


def test_owners_of_the_law_are_measured_by_region_and_need() -> None:
    """A row that needs a place is right where the place is asked for, and counts for no owner."""
    rows: list[dict[str, Any]] = [
        {
            "id": "1",
            "text": "jalan berlubang Kota Semarang",
            "region": "33.74",
            "best": ["Dinas PU Kota Semarang"],
            "needs": [],
        },
        {
            "id": "2",
            "text": "jalan berlubang sekali",
            "region": None,
            "best": ["Dinas Pekerjaan Umum"],
            "needs": ["place"],
        },
    ]
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"] == {"right": 1, "of": 1, "share": 1.0}
    assert figures["region_right"]["share"] == 1.0
    assert figures["region_invented"]["share"] == 0.0
    assert figures["place_asked"]["share"] == 1.0


def test_a_unit_of_the_labelled_agency_is_in_its_house() -> None:
    """A ministry's directorate counts for the ministry; the shares are also given by whether the text names it."""
    rows: list[dict[str, Any]] = [
        {"id": "1", "text": "NIK saya tidak ditemukan", "agency": "Kementerian Dalam Negeri", "names_agency": False},
        {"id": "2", "text": "paspor saya belum terbit", "agency": "Ditjen Imigrasi", "names_agency": True},
        {"id": "3", "text": "listrik PLN padam", "agency": "Ditjen Imigrasi", "names_agency": False},
    ]
    figures = evaluate(labelled(rows), Router.load())
    assert figures["top_1"]["right"] == 1
    assert figures["in_house_1"] == {"right": 2, "of": 3, "share": 0.6667}
    assert figures["in_house_1_named"]["share"] == 1.0
    assert figures["in_house_3_unnamed"]["share"] == 0.5
    assert (figures["right_national"]["of"], figures["right_province"]["of"]) == (3, 0)
    assert [(row["tier"], row["reports"]) for row in figures["calibration_by_tier"]] == [("national", 3)]
    older = {key: value for key, value in figures.items() if not key.startswith(("in_house", "right_", "sure_"))}
    assert compare(older, figures)["figures"] == {}
