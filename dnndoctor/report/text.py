"""The report for a person at a terminal: the verdict first, then what is wrong and what to do, then how it is known."""

import math
from dataclasses import replace

from dnndoctor.diagnosis.diagnose import Diagnosis, RankedFinding
from dnndoctor.errors import ConfigProblem
from dnndoctor.finding import Severity
from dnndoctor.report.chart_text import write_charts
from dnndoctor.report.contents import Checkup, Format, Gate, Obstacle
from dnndoctor.report.finding_text import write_finding, write_note
from dnndoctor.report.ladder_text import write_ladder, write_trials
from dnndoctor.report.look import Look, safe_lines
from dnndoctor.report.numbers import duration
from dnndoctor.report.prescription_text import write_prescription
from dnndoctor.report.recipe import data_line, model_line, recipe_line
from dnndoctor.report.sheet import Sheet
from dnndoctor.treatment.prescription import Prescription

_BADGES = {
    "sick": "bold white on red",
    "suspect": "bold black on yellow",
    "inconclusive": "bold black on cyan",
    "healthy": "bold black on green",
    "unexaminable": "bold white on magenta",
}
_NARROWEST = 30
"""Below this a wrapped sentence is one word a line; a terminal that narrow gets lines that it must wrap itself."""


class Text(Format):
    """For people."""

    name = "text"

    def render(self, checkup: Checkup, look: Look) -> str:
        """See `Format`."""
        sheet = Sheet(replace(look, width=max(look.width, _NARROWEST)))
        diagnosis = checkup.treated.diagnosis if checkup.treated else None
        _write_verdict(sheet, checkup, diagnosis)
        if checkup.obstacle:
            _write_obstacle(sheet, checkup.obstacle)
        if diagnosis:
            _write_findings(sheet, diagnosis)
            if checkup.treated and checkup.treated.prescription:
                write_prescription(sheet, checkup.treated.prescription, checkup)
            write_charts(sheet, checkup.charts, diagnosis)
            if diagnosis.ladder:
                write_ladder(sheet, diagnosis)
            _write_ruled_out(sheet, diagnosis)
        if look.verbose and checkup.outcomes:
            write_trials(sheet, checkup.outcomes.values())
        _write_end(sheet, checkup, diagnosis)
        if checkup.gate:
            _write_gate(sheet, checkup.gate)
        return str(sheet)


def _write_verdict(sheet: Sheet, checkup: Checkup, diagnosis: Diagnosis | None) -> None:
    sheet.blank()
    word = checkup.verdict.upper()
    badge = f" {word} " if sheet.look.colour else word
    sheet.paragraph((badge, _BADGES[checkup.verdict]), "  ", (_headline(checkup, diagnosis), "bold"), first=2)
    first_step = _first_step(checkup)
    if first_step:
        sheet.paragraph(("Change first: ", "green"), first_step, first=2)
    if diagnosis is not None and diagnosis.blame is not None:
        sheet.paragraph(("Blame: ", "yellow"), f"the {diagnosis.blame.side.value}. {diagnosis.blame.why}", first=2)
    if checkup.partial and diagnosis:
        sheet.paragraph(
            ("PARTIAL", "bold yellow"), f": {checkup.stopped}; what follows is what was measured until then.", first=2
        )
    facts = checkup.facts
    if facts is None:
        subject = [("model", checkup.asked.model), ("data", checkup.asked.data)]
    else:
        subject = [
            ("model", f"{checkup.asked.model} ({model_line(facts)})"),
            ("data", f"{checkup.asked.data} ({data_line(facts)})"),
            ("recipe", recipe_line(facts)),
        ]
    if checkup.asked.goal:
        subject.append(("goal", checkup.asked.goal))
    shown = [(label, text) for label, text in subject if text]
    if shown:
        sheet.blank()
    for label, text in shown:
        sheet.paragraph((text, "dim"), first=2, rest=10, label=(label, "dim"))


def _headline(checkup: Checkup, diagnosis: Diagnosis | None) -> str:
    if checkup.partial and diagnosis is None:
        return f"Nothing was examined: {checkup.stopped}."
    if diagnosis is None:
        return checkup.obstacle.message if checkup.obstacle else "Nothing was examined."
    first = diagnosis.findings[0].finding if diagnosis.findings else None
    match checkup.verdict:
        case "sick" | "suspect" if first:
            return first.title if first.title.endswith((".", "!", "?")) else f"{first.title}."
        case "inconclusive":
            undecided = sum(judged.state == "inconclusive" for judged in diagnosis.ladder)
            trained = any(not outcome.trial.look for outcome in checkup.outcomes.values())
            if checkup.facts is not None and not trained and not undecided:
                return "No fault found without training; whether the model learns was not asked."
            return (
                f"No verdict: {_count(undecided, 'question')} of the ladder could not be answered."
                if undecided
                else "No verdict."
            )
    asked = sum(judged.state not in ("skipped", "inconclusive") for judged in diagnosis.ladder)
    return (
        f"No fault found: {_count(asked, 'question')} asked, and the model trains as it should." if asked else "No fault found."
    )


def _first_step(checkup: Checkup) -> str:
    diagnosis = checkup.treated.diagnosis if checkup.treated else None
    if diagnosis is None or not diagnosis.findings:
        return ""
    if checkup.treated and isinstance(checkup.treated.prescription, Prescription):
        return "; ".join(part.title for part in checkup.treated.prescription.parts)
    first = diagnosis.findings[0].finding
    return first.remedies[0].title if first.remedies and first.severity is not Severity.NOTE else ""


def _write_obstacle(sheet: Sheet, obstacle: Obstacle) -> None:
    if obstacle.stage or obstacle.advice:
        sheet.blank()
    if obstacle.stage:
        sheet.paragraph(f"While {obstacle.stage}.", first=2, rest=10, label=("where", "dim"))
    for problem in obstacle.problems:
        sheet.paragraph(problem_line(problem), first=2, rest=4)
    if obstacle.advice:
        sheet.paragraph(obstacle.advice, first=2, rest=10, label=("do", "green"))
    if obstacle.frames:
        sheet.blank()
        for line in safe_lines(obstacle.frames):
            sheet.paragraph((line.strip(), "dim"), first=4 + len(line) - len(line.lstrip()))


def problem_line(problem: ConfigProblem) -> str:
    """One problem of a config in one line ("config.yaml:3:5: unknown key; did you mean `epochs`?")."""
    place = ":".join(str(part) for part in (problem.source, problem.line, problem.column) if part is not None)
    return f"{place}: {problem.message}" + (f" {problem.hint}" if problem.hint else "")


def _write_findings(sheet: Sheet, diagnosis: Diagnosis) -> None:
    notes: list[RankedFinding] = []
    for ranked in diagnosis.findings:
        if ranked.finding.severity is Severity.NOTE and not sheet.look.verbose:
            notes.append(ranked)
        else:
            write_finding(sheet, ranked)
    if notes:
        sheet.rule("Notes")
        for ranked in notes:
            write_note(sheet, ranked)


def _write_ruled_out(sheet: Sheet, diagnosis: Diagnosis) -> None:
    if diagnosis.ruled_out:
        sheet.rule("Ruled out")
        # One measurement often speaks against several causes; it is told once.
        causes: dict[str, list[str]] = {}
        for ruled_out in diagnosis.ruled_out:
            causes.setdefault(ruled_out.why, []).append(ruled_out.cause.value)
        for why, names in causes.items():
            sheet.paragraph((", ".join(names), "bold"), f": {why}", first=2, rest=4)
    # The ladder above says already which of its own questions were not answered, and why.
    questions = {judged.rung.question for judged in diagnosis.ladder}
    unseen = [not_seen for not_seen in diagnosis.not_seen if not_seen.what not in questions]
    if unseen:
        sheet.rule("Not seen")
        reasons: dict[str, list[str]] = {}
        for not_seen in unseen:
            reasons.setdefault(not_seen.why, []).append(not_seen.what)
        for why, whats in reasons.items():
            if len(whats) == 1:
                sheet.paragraph((whats[0], "bold"), f": {why}", first=2, rest=4)
                continue
            sheet.paragraph(f"{why}:", first=2, rest=4)
            for what in whats:
                sheet.paragraph((what, "bold"), first=4, rest=6)


def _write_end(sheet: Sheet, checkup: Checkup, diagnosis: Diagnosis | None) -> None:
    sheet.rule("Run")
    spent = duration(checkup.seconds)
    if checkup.asked.budget_seconds is not None:
        spent += f" of a budget of {duration(checkup.asked.budget_seconds)}"
    if checkup.outcomes:
        spent += f", {_count(len(checkup.outcomes), 'trial')}"
    sheet.paragraph(spent, first=2, rest=10, label=("time", "dim"))
    if checkup.environment:
        versions = ", ".join(f"{name} {value}" for name, value in checkup.environment.items() if name != "platform")
        sheet.paragraph((versions, "dim"), first=2, rest=10, label=("with", "dim"))
    if checkup.folder:
        sheet.paragraph(checkup.folder, first=2, rest=10, label=("kept", "dim"))
    commands = _next_commands(checkup, diagnosis)
    widest = max((len(command) for command, _ in commands), default=0)
    for number, (command, purpose) in enumerate(commands):
        label = ("next" if number == 0 else "", "dim")
        sheet.paragraph(
            (f"{command:<{widest}}", "cyan"), (f"  {purpose}", "dim"), first=2 if number == 0 else 10, rest=10, label=label
        )


def _write_gate(sheet: Sheet, gate: Gate) -> None:
    """The last line, which is what a log of CI shows first."""
    verdicts = {
        0: ("passed", f"fail-on {gate.fail_on}", "bold green"),
        1: ("failed", f"fail-on {gate.fail_on}", "bold red"),
        4: ("failed", "inconclusive", "bold red"),
    }
    word, why, style = verdicts.get(gate.exit_code, ("not done", f"exit code {gate.exit_code}", "bold magenta"))
    sheet.blank()
    sheet.paragraph((f"check: {word}", style), f" ({why})", first=2)


def _next_commands(checkup: Checkup, diagnosis: Diagnosis | None) -> list[tuple[str, str]]:
    commands = []
    if diagnosis and diagnosis.findings:
        commands.append((f"dnndoctor explain {diagnosis.findings[0].finding.code}", "what it means, when it is no fault"))
    if checkup.partial and checkup.folder:
        command = "check" if checkup.asked.budget_seconds is None else "diagnose"
        commands.append((f"dnndoctor {command} --resume last", "goes on from here"))
    budget = checkup.asked.budget_seconds
    if diagnosis and diagnosis.verdict == "inconclusive" and budget is not None and checkup.seconds > budget / 2:
        # Most of the time was used, so it is time that the open questions lack.
        commands.append((f"--budget {math.ceil(3 * budget / 60)}m", "gives the open questions the time they need"))
    if checkup.folder and diagnosis:
        commands.append(("dnndoctor show last -v", "all trials and the ranking's terms"))
    return commands


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
