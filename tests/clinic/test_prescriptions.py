"""The samples' prescriptions followed, with a stand-in for the command and without TensorFlow."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.clinic.examination import RESULTS, Result
from tests.clinic.prescriptions import Followed, follow, without_each

LOG, STANDARD = {"name": "log_inputs"}, {"name": "standardize_inputs"}
RATE = {"name": "learning_rate", "parameters": {"factor": 0.1}}
CONFIG = {"version": 1, "model": "m.py:f", "treatments": [LOG, STANDARD, RATE]}
PARTS = [[{**LOG, "parameters": {}}, {**STANDARD, "parameters": {}}], [RATE]]

SICK = Result("x.untreated", "standard", None, "sick", 1, 60.0)
HEALTHY = Result("x.treated", "standard", 100, "healthy", 0, 40.0)
HOLDS = Followed("x", SICK, ("Log", "Rate"), HEALTHY, (SICK, SICK))


def _stand_in(tmp_path: Path) -> tuple[str, str]:
    """Healthy with all three edits, sick without any of them; writes the prescription where it is asked to."""
    script = tmp_path / "stand_in.py"
    script.write_text(
        f"""
import json, sys, yaml
config = yaml.safe_load(open(sys.argv[2]))
healthy = len(config.get("treatments", [])) == 3
report = {{"verdict": "healthy" if healthy else "sick", "findings": []}}
if "--prescription" in sys.argv:
    report["prescription"] = {{"each_necessary": [{{"title": f"part {{n}}", "edits": e}} for n, e in enumerate({PARTS!r})]}}
    yaml.safe_dump({CONFIG!r}, open(sys.argv[sys.argv.index("--prescription") + 1], "w"))
print(json.dumps(report))
sys.exit(not healthy)
"""
    )
    return sys.executable, str(script)


def test_each_part_is_left_out_once() -> None:
    """With all of its edits, and nothing else of the config; what has no treatment left has no such key."""
    assert list(without_each(CONFIG, PARTS)) == [{**CONFIG, "treatments": [RATE]}, {**CONFIG, "treatments": [LOG, STANDARD]}]
    assert list(without_each({"version": 1, "treatments": [RATE]}, [[RATE]])) == [{"version": 1}]


def test_a_part_that_the_config_does_not_have_is_a_fault() -> None:
    """The command wrote one thing and reported another."""
    with pytest.raises(ValueError, match="not in list"):
        list(without_each({"version": 1, "treatments": [LOG]}, [[RATE]]))


@pytest.mark.parametrize(
    "fails",
    [
        replace(HOLDS, treated=None),
        replace(HOLDS, treated=SICK),
        replace(HOLDS, treated=replace(HEALTHY, exit_code=1)),
        replace(HOLDS, without=(SICK,)),
        replace(HOLDS, without=(SICK, HEALTHY)),
        replace(HOLDS, without=(SICK, replace(SICK, verdict="no report"))),
    ],
)
def test_a_prescription_holds_where_it_cures_and_every_part_is_missed(fails: Followed) -> None:
    """A patient that nobody could examine is no sick one."""
    assert HOLDS.holds
    assert "holds  x: sick | Log + Rate | treated healthy | without each part sick, sick | 60 + 40 + 60 + 60 s" in HOLDS.line()
    assert not fails.holds
    assert fails.line().startswith("FAILS")


def test_a_sample_is_followed_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    """Two parts are four diagnoses; a run that goes on takes them from the results."""
    folder = tmp_path / "samples" / "x"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump({key: value for key, value in CONFIG.items() if key != "treatments"}))

    first = follow(folder, tmp_path, "standard", command=_stand_in(tmp_path))
    again = follow(folder, tmp_path, "standard", command=(sys.executable, "-c", "raise SystemExit('asked again')"))

    assert first.holds
    assert first.parts == ("part 0", "part 1")
    assert again == first
    asked = [json.loads(line) for line in (tmp_path / RESULTS).read_text().splitlines()]
    assert [(line["id"], line["seed"]) for line in asked] == [
        ("x.untreated", None),
        ("x.treated", 100),
        ("x.without_1", 100),
        ("x.without_2", 100),
    ]


def test_without_a_prescription_the_report_says_why(tmp_path: Path) -> None:
    """It fails, with the reason in the table."""
    none = {"tried": [], "why": "nothing helps"}
    report: dict[str, object] = {"verdict": "sick", "findings": [], "prescription": None, "no_prescription": none}
    script = tmp_path / "stand_in.py"
    script.write_text(f"print({json.dumps(json.dumps(report))})\n")

    followed = follow(tmp_path / "x", tmp_path, "standard", command=(sys.executable, str(script)))

    assert not followed.holds
    assert "none (nothing helps)" in followed.line()
