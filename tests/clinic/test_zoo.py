"""The zoo's index, the factories it names, and the table of alarms; without TensorFlow."""

import ast
import json
from pathlib import Path

from click.testing import CliRunner

from dnndoctor.config.loading import load_config
from tests.clinic.__main__ import main
from tests.clinic.examination import Named, Result, append
from tests.clinic.tables import zoo_line, zoo_lines
from tests.clinic.zoo.__main__ import SCORES
from tests.clinic.zoo.index import ZOO, Usual, zoo

FAMILIES = {"tabular", "images", "text", "sequences", "generative", "recommenders", "segmentation", "forecasting"}

NOTE = Named("missing-bias", "note", 0.5, "DD113", "A layer has no bias.")
WARNING = Named("dropout", "warning", 0.4, "DD451", "Dropout is strong.")
QUIET = Result("images_cnn", "quick", None, "healthy", 0, 20.0, (NOTE,))
ALARMED = Result("images_mlp", "quick", None, "suspect", 0, 21.0, (WARNING, NOTE))


def test_there_are_sixty_of_all_families_under_names_of_their_own() -> None:
    """The promise of the zoo."""
    inmates = list(zoo())

    assert len(inmates) >= 60
    assert len({inmate.id for inmate in inmates}) == len(inmates)
    assert {inmate.family for inmate in inmates} >= FAMILIES


def test_every_config_is_valid(tmp_path: Path) -> None:
    """Read from a file, as the command does."""
    config = tmp_path / "config.yaml"
    for inmate in zoo():
        config.write_text(json.dumps(inmate.config()))

        loaded = load_config(config)  # raises where it is not valid

        assert loaded.config.fit.epochs > 1, inmate.id


def test_every_factory_is_there() -> None:
    """A name that is not is found here in milliseconds; and no model stands in the zoo unexamined."""
    named: dict[str, set[str]] = {}
    for inmate in zoo():
        named.setdefault(inmate.family, set()).update(filter(None, (inmate.model, inmate.data, inmate.fit.get("callbacks"))))

    for family, names in named.items():
        functions = {
            node.name for node in ast.parse((ZOO / f"{family}.py").read_text()).body if isinstance(node, ast.FunctionDef)
        }
        assert names <= functions, family
        assert {name for name in functions if name.startswith("build_")} <= names, family


def test_every_usual_score_was_reached() -> None:
    """As measured by the zoo's own command, and by the metric that the index names today."""
    scores = json.loads(SCORES.read_text())

    for inmate in zoo():
        score = scores[inmate.id]
        assert score["metric"] == inmate.usual.metric, inmate.id
        assert inmate.usual.reached(score["value"]), inmate.id


def test_usual_scores_have_one_bound_and_a_reason() -> None:
    """Without a bound any score would be usual."""
    for inmate in zoo():
        assert (inmate.usual.at_least is None) != (inmate.usual.at_most is None), inmate.id
        assert inmate.usual.because, inmate.id


def test_no_number_is_no_usual_score() -> None:
    """NaN is neither below nor above."""
    at_most, at_least = Usual("val_mae", None, 0.1, "noise"), Usual("val_accuracy", 0.9, None, "a line")

    assert at_most.reached(0.1)
    assert at_least.reached(0.9)
    assert not at_most.reached(0.11)
    assert not at_least.reached(0.89)
    assert not at_most.reached(float("nan"))
    assert not at_least.reached(float("nan"))


def test_a_line_shows_all_above_a_note_and_no_note() -> None:
    """With code and title, since that is what has to be judged."""
    assert zoo_line(QUIET).startswith("quiet   images_cnn")
    assert "DD" not in zoo_line(QUIET)
    assert "DD451 warning 0.40: Dropout is strong." in zoo_line(ALARMED)
    assert "DD113" not in zoo_line(ALARMED)


def test_totals_count_models_and_codes() -> None:
    """One line for each code that alarmed."""
    lines = "\n".join(zoo_lines({result.id: result for result in (QUIET, ALARMED)}))

    assert "alarms on 1 of 2 healthy models" in lines
    assert "DD451: 1" in lines
    assert "DD113" not in lines


def test_an_alarm_fails_the_command(tmp_path: Path) -> None:
    """Notes do not."""
    for name, result in (("calm", QUIET), ("loud", ALARMED)):
        append(tmp_path / name, result)

    calm = CliRunner().invoke(main, ["images_cnn", "--zoo", "--preset", "quick", "--out", str(tmp_path / "calm")])
    loud = CliRunner().invoke(main, ["images_mlp", "--zoo", "--preset", "quick", "--out", str(tmp_path / "loud")])

    assert calm.exit_code == 0, calm.output
    assert loud.exit_code == 1
    assert "Dropout is strong." in loud.output
