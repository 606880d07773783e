"""Open pairs through the public door: what is refused and why, and what the rows hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.command_line.options import main
from assistant.errors import TrainingError
from assistant.generation.models.catalogue import SMALL_CHAT
from assistant.generation.writers.item_answer import read_item_draft
from assistant.generation.writers.item_prompt import TUNED_SYSTEM
from assistant.settings import Settings
from assistant.training.data.pair_rows import rows_of
from assistant.training.data.pairs import read_jsonl
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.learning import open_pairs, train_adapter
from assistant.workflow.learning.open_pairs import BuildRequest
from assistant.workflow.learning.train_adapter import TrainingConfig
from assistant.workflow.learning.training_data import TrainRequest

LOCKER: dict[str, Any] = {
    "domain": "swimming pools",
    "language": "en",
    "story": "As a pool manager I want lockers opened again so that none stays blocked.",
    "criterion": "A locker that has been closed for more than 10 hours is opened by the system and "
    'the desk sees "Locker opened".',
    "sources": ["The desk sees its notes in the list Events.", "Towels cost 2 EUR."],
    "test": "value: 11 hours; “more than 10 hours” holds",
    "data": "locker 14, closed by Ann Lee at 08:00; clock set to 19:00, 11 hours later",
    "outcome": '“is opened by the system”; “the desk sees "Locker opened"”; '
    "[1] “in the list Events”",
    "case": {
        "title": "A locker opens after eleven hours",
        "technique": "boundary",
        "given": ["Locker 14 was closed by Ann Lee at 08:00"],
        "steps": [
            {
                "do": "Set the clock to 19:00 and open the list Events.",
                "data": "19:00",
                "see": 'The list shows "Locker opened" for locker 14; locker 14 is open.',
                "from": [0, 1],
            }
        ],
    },
}


def pair(**changes: Any) -> dict[str, Any]:
    """The pair with some fields changed; ``see`` and ``do`` change its only step."""
    step = dict(LOCKER["case"]["steps"][0])
    step |= {name: changes.pop(name) for name in ("do", "see") if name in changes}
    case = LOCKER["case"] | changes.pop("case", {}) | {"steps": [step]}
    return LOCKER | {"case": case} | changes


def below(**changes: Any) -> dict[str, Any]:
    """The other side of the limit."""
    other = {
        "test": "value: 10 hours; “more than 10 hours” does not hold",
        "data": "locker 14, closed by Ann Lee at 08:00; clock set to 18:00, 10 hours later",
        "outcome": 'not: “is opened by the system”; not: “the desk sees "Locker opened"”',
        "do": "Set the clock to 18:00 and look at the list Events.",
        "see": 'Locker 14 is still closed; "Locker opened" is not shown.',
    }
    return pair(**(other | changes))


def in_domain(name: str, thing: str) -> dict[str, Any]:
    """A pair of another domain, in other words."""
    return LOCKER | {
        "domain": name,
        "story": f"As a clerk I want each {thing} signed so that nobody denies it.",
        "criterion": f"Whoever hands in a {thing} without a signature is asked to sign it at once.",
        "sources": [],
        "test": "“without a signature” holds",
        "data": f"Tom Berg, {thing} without a signature",
        "outcome": "“is asked to sign it at once”",
        "case": {
            "title": f"An unsigned {thing} is to be signed",
            "technique": "decision table",
            "given": [f"Tom Berg has a {thing} without a signature"],
            "steps": [
                {
                    "do": f"Hand in the {thing} of Tom Berg.",
                    "data": "",
                    "see": f"Tom Berg is asked to sign the {thing} at once.",
                    "from": [0],
                }
            ],
        },
    }


def written(path: Path, *rows: object) -> Path:
    """A file of these lines; a text is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def reasons(path: Path) -> list[str]:
    """What is said against the lines of a file."""
    return [one.says for one in open_pairs.check([path]).refused]


def test_good_pairs_pass_and_are_counted(tmp_path: Path) -> None:
    file = written(tmp_path / "good.jsonl", LOCKER, below(), in_domain("archives", "loan slip"))
    report = open_pairs.check([file])
    assert [one.says for one in report.refused] == []
    counts = report.counts
    assert (counts.pairs, counts.criteria, counts.with_sources) == (3, 2, 2)
    assert dict(counts.domains) == {"swimming pools": 2, "archives": 1}
    assert dict(counts.techniques) == {"boundary": 2, "decision table": 1}


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ('{"domain": ', "bad.jsonl:2: form: no JSON"),
        ({**LOCKER, "remark": "x"}, "bad.jsonl:2: form: remark: Extra inputs"),
        ({key: LOCKER[key] for key in LOCKER if key != "test"}, "form: test: Field required"),
        (pair(case={"technique": "guess"}), "form: case.technique"),
        (pair(case={"given": []}), "form: case.given"),
        (pair(case={"title": "Lockers"}), "form: title has 1 words"),
        (pair(test="value: 11 hours; “over ten hours” holds"), "does not stand in the criterion"),
        (pair(test="more than ten hours"), "form: test is in none of the known forms"),
        (pair(outcome="the locker opens"), "form: outcome has own words"),
        (pair(outcome="[3] “in the list Events”"), "quotation: outcome: there is no source 3"),
        (pair(outcome="[2] “in the list Events”"), "does not stand in source 2"),
        (
            pair(test="value: 10 hours; “more than 10 hours” holds"),
            "side: at 10 hours it is not so that “more than 10 hours” holds",
        ),
        (pair(see='The list shows "Locker opened" for locker 37.'), "“37”"),
        (pair(see='The list shows "Locker emptied" for locker 14.'), "“Locker emptied”"),
        (pair(see="“Locker opened” is not shown for locker 14."), "contradiction"),
        (pair(do="Check that locker 14 is open.", see="Locker 14 is open."), "echo"),
    ],
)
def test_a_pair_that_teaches_something_wrong_is_refused_with_line_and_reason(
    tmp_path: Path, broken: object, told: str
) -> None:
    file = written(tmp_path / "bad.jsonl", in_domain("archives", "loan slip"), broken)
    said = reasons(file)
    assert any(one.startswith("bad.jsonl:2: ") and told in one for one in said), said
    assert all(one.startswith("bad.jsonl:2: ") for one in said)


def test_words_that_no_text_has_are_a_doubt_and_refuse_nothing(tmp_path: Path) -> None:
    strange = pair(
        see='The list shows "Locker opened" for locker 14; the janitor whistles merrily.'
    )
    report = open_pairs.check([written(tmp_path / "a.jsonl", strange)])
    assert not report.refused
    assert [one.rule for one in report.doubts] == ["unsupported"]


def test_the_same_item_and_nearly_the_same_criterion_are_found_across_files(tmp_path: Path) -> None:
    near = pair(
        domain="saunas",
        criterion=LOCKER["criterion"] + " Guests are told.",
        case={"title": "Another locker opens after eleven hours"},
    )
    one = written(tmp_path / "one.jsonl", LOCKER)
    two = written(tmp_path / "two.jsonl", LOCKER | {"domain": "baths"}, near)
    said = [one.says for one in open_pairs.check([one, two]).refused]
    assert "two.jsonl:1: duplicate: criterion and test are those of one.jsonl:1" in said
    assert any(one.startswith("two.jsonl:2: duplicate: the criterion is nearly") for one in said)
    assert not any(one.startswith("one.jsonl") for one in said)


def test_steps_like_those_of_another_criterion_are_found_behind_a_sibling_like_them(
    tmp_path: Path,
) -> None:
    step = dict(LOCKER["case"]["steps"][0])
    told = step["see"] + " The locker that Ann Lee closed at 08:00 is now free for all"
    rows = [LOCKER, in_domain("archives", "loan slip"), below()]
    ends = ["others.", "guests.", "guests."]
    file = written(
        tmp_path / "a.jsonl",
        *(row | {"case": row["case"] | {"steps": [{**step, "see": f"{told} {end}"}]}}
          for row, end in zip(rows, ends, strict=True)),
    )  # fmt: skip
    said = [line for line in reasons(file) if ":3: duplicate: the steps" in line]
    assert len(said) == 1
    assert "those of a.jsonl:2" in said[0]


def test_a_file_that_is_named_twice_is_read_once_and_equal_names_are_told_apart(
    tmp_path: Path,
) -> None:
    for place, row in (("x/p", LOCKER), ("y/p", in_domain("archives", "loan slip") | {"data": ""})):
        (tmp_path / place).mkdir(parents=True)
        written(tmp_path / place / "a.jsonl", row)
    first, second = tmp_path / "x" / "p", tmp_path / "y" / "p"
    report = open_pairs.check([first, first / "a.jsonl", second])
    assert [one.rule for one in report.refused] == ["form"]
    assert report.counts.pairs == 1
    assert report.refused[0].file == (second / "a.jsonl").as_posix()


def test_a_finding_can_be_overruled_by_the_pairs_id_but_a_wrong_quotation_cannot(
    tmp_path: Path,
) -> None:
    doubted = pair(see='The list shows "Locker opened" for locker 37.')
    misquoted = below(test="value: 10 hours; “over ten hours” does not hold")
    file = written(tmp_path / "doubted.jsonl", doubted, misquoted)
    ids = {one.line: one.pair_id for one in open_pairs.check([file]).refused}
    keep = written(
        tmp_path / "keep.txt", "# looked at", f"{ids[1]} right", ids[2], "0123456789ab gone"
    )
    report = open_pairs.check([file], keep_file=keep)
    assert {one.line for one in report.exceptions} == {1}
    assert {one.line for one in report.refused} == {2}
    assert set(report.unknown_ids) == {ids[2], "0123456789ab"}
    with pytest.raises(TrainingError, match=r"Line 1 of no\.txt"):
        open_pairs.check([file], keep_file=written(tmp_path / "no.txt", "locker"))


def test_the_command_ends_with_one_where_a_pair_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = written(tmp_path / "good.jsonl", LOCKER)
    assert main(["pairs", "check", str(good)]) == 0
    bad = written(tmp_path / "bad.jsonl", pair(test="value: 9 hours; “more than 10 hours” holds"))
    assert main(["pairs", "check", str(tmp_path)]) == 1
    assert main(["pairs", "check", str(bad), "--json"]) == 1
    assert "bad.jsonl:1: side: at 9 hours" in capsys.readouterr().out
    assert main(["pairs", "check", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err


@pytest.fixture
def built(tmp_path: Path) -> open_pairs.Built:
    """Rows of four domains, one of them held back and one watched."""
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    written(
        pairs / "a.jsonl", LOCKER, below(), in_domain("archives", "loan slip"),
        in_domain("courts", "writ"), in_domain("docks", "bill of lading"),
        pair(test="value: 9 hours; “more than 10 hours” holds"),
    )  # fmt: skip
    split = tmp_path / "split.json"
    split.write_text('{"held_out": ["courts"], "validation": ["archives"]}')
    request = BuildRequest(files=(pairs,), out=tmp_path / "rows", split_file=split)
    return open_pairs.build(Settings(data_dir=tmp_path), request)


def test_rows_hold_the_tuned_question_and_steps_alone(built: open_pairs.Built) -> None:
    rows = list(read_jsonl(built.folder / "pairs.jsonl"))
    first = rows[0]
    assert [role for role, _ in first.prompt] == ["system", "user"]  # no worked examples
    assert first.prompt[0][1] == TUNED_SYSTEM
    question = first.prompt[1][1]
    assert "Test: 11 hours: “more than 10 hours” holds" in question
    assert f"Data: {LOCKER['data']}" in question
    told = str(LOCKER["criterion"]).replace('"Locker opened".', "“Locker opened”")
    assert f"Outcome: “{told}”" in question  # as the product quotes it
    assert "list Events”" not in question  # an outcome is of the criterion, as in the product
    assert '<source n="1">The desk sees its notes in the list Events.</source>' in question
    draft = read_item_draft(json.loads(first.completion))
    assert draft.p == ()
    assert '"p"' not in first.completion
    assert draft.s[0].e == "The list shows “Locker opened” for locker 14; locker 14 is open."
    assert [row.with_context for row in rows] == [True, True, False, False, False]


def test_domains_are_kept_back_whole_and_refused_pairs_are_left_out(
    built: open_pairs.Built,
) -> None:
    rows = list(read_jsonl(built.folder / "pairs.jsonl"))
    assert {row.epic_key: row.split for row in rows} == {
        "swimming pools": "train", "docks": "train", "archives": "validation",
        "courts": "held-out",
    }  # fmt: skip
    assert [one.reason for one in built.about.sheet.left_out] == ["refused by the check"]
    told = (built.folder / "data_sheet.md").read_text("utf-8")
    assert "Never trained on: courts. Watched while training: archives." in told
    assert "split by domain as named in a file;" in told, "no seed drew it"


def test_the_sheet_of_a_drawn_split_names_its_seed(tmp_path: Path) -> None:
    names = [f"domain {number}" for number in range(10)]
    file = written(tmp_path / "a.jsonl", *(in_domain(name, f"slip {name}") for name in names))
    request = BuildRequest(files=(file,), out=tmp_path / "rows", seed=11)
    told = open_pairs.build(Settings(data_dir=tmp_path), request).about.to_markdown()
    assert "split by domain with seed 11;" in told


def test_the_rows_that_were_compared_with_their_hash_are_those_given(
    built: open_pairs.Built,
) -> None:
    first, *others = rows = list(read_jsonl(built.folder / "pairs.jsonl"))
    read = rows_of(built.folder)
    assert next(read) == first
    (built.folder / "pairs.jsonl").write_text("changed meanwhile", "utf-8")
    assert list(read) == others
    assert len(rows) == 5


def test_the_same_pairs_give_the_same_bytes(built: open_pairs.Built, tmp_path: Path) -> None:
    request = BuildRequest(
        files=(tmp_path / "pairs",), out=tmp_path / "again",
        split_file=built.folder / "pair_set.json",
    )  # fmt: skip
    again = open_pairs.build(Settings(data_dir=tmp_path), request)
    for name in ("pairs.jsonl", "pair_set.json", "data_sheet.md"):
        assert (again.folder / name).read_bytes() == (built.folder / name).read_bytes()


def test_the_products_own_item_stands_in_the_row_where_it_reads_the_same(
    built: open_pairs.Built,
) -> None:
    counts = dict(built.about.matches)
    assert counts.get("the same words", 0) + counts.get("the same item", 0) >= 2
    assert sum(counts.values()) == 5


def test_a_pair_is_the_answer_to_a_refused_draft_too(tmp_path: Path) -> None:
    """The conversation is that of a second attempt: a sibling's result, and why it is refused."""
    file = written(
        tmp_path / "a.jsonl", LOCKER, below(), in_domain("archives", "loan slip"),
        in_domain("courts", "writ"),
    )  # fmt: skip
    split = tmp_path / "split.json"
    split.write_text('{"held_out": ["courts"], "validation": ["archives"]}')
    request = BuildRequest(files=(file,), out=tmp_path / "rows", split_file=split, corrections=True)
    built = open_pairs.build(Settings(data_dir=tmp_path), request)
    rows = list(read_jsonl(built.folder / "pairs.jsonl"))
    again = [row for row in rows if row.case_id.endswith("-again")]
    assert built.about.corrections == len(again) > 0
    for row in again:
        first = next(one for one in rows if one.case_id == row.case_id.removesuffix("-again"))
        assert row.prompt[:2] == first.prompt
        assert [role for role, _ in row.prompt[2:]] == ["assistant", "user"]
        assert row.prompt[3][1].startswith("Refused: ")
        assert row.completion == first.completion
        assert row.split == "train"


def test_a_split_must_name_domains_that_there_are(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", LOCKER, in_domain("archives", "loan slip"))
    split = tmp_path / "split.json"
    split.write_text('{"held_out": ["courts"], "validation": ["archives"]}')
    request = BuildRequest(files=(file,), out=tmp_path / "rows", split_file=split)
    with pytest.raises(TrainingError, match="courts"):
        open_pairs.build(Settings(data_dir=tmp_path), request)
    drawn = request.model_copy(update={"split_file": None})
    with pytest.raises(TrainingError, match="2 domains"):
        open_pairs.build(Settings(data_dir=tmp_path), drawn)


def training(folder: Path, **changes: Any) -> TrainRequest:
    """A request to train on the rows of a folder."""
    settings = {"base": SMALL_CHAT, "name": "craft", "max_steps": 1, "least_pairs": 1} | changes
    return TrainRequest(training=TrainingConfig.model_validate(settings), pairs_folder=folder)


def test_training_takes_the_rows_without_those_kept_back(
    built: open_pairs.Built, workspace: Workspace
) -> None:
    project_id = workspace.create_project("Craft").id
    record = train_adapter.prepare(workspace, project_id, training(built.folder))
    assert record.answer == "steps"
    assert record.pairs_sha256 == built.about.sheet.sha256
    folder = next((workspace.settings.data_dir / "training").glob("*/craft"))
    rows = list(read_jsonl(folder / "pairs.jsonl"))
    assert [row.split for row in rows] == ["train", "train", "validation", "train"]
    kept = {row.story_key for row in read_jsonl(built.folder / "pairs.jsonl")} - {
        row.story_key for row in rows
    }
    assert set(record.held_out_stories) == kept


@pytest.mark.long
def test_rows_that_were_changed_or_ask_another_question_are_not_trained_on(
    built: open_pairs.Built, workspace: Workspace, tmp_path: Path
) -> None:
    project_id = workspace.create_project("Changed").id
    with pytest.raises(TrainingError, match="pairs build"):
        train_adapter.prepare(workspace, project_id, training(tmp_path))
    about = built.folder / "pair_set.json"
    kept = about.read_text("utf-8")
    about.write_text(kept.replace('"prompt_version": "item-2"', '"prompt_version": "item-0"'))
    with pytest.raises(TrainingError, match="another question"):
        train_adapter.prepare(workspace, project_id, training(built.folder))
    about.write_text(kept)
    rows = built.folder / "pairs.jsonl"
    rows.write_text(rows.read_text("utf-8").replace("locker 14", "locker 15"), "utf-8")
    with pytest.raises(TrainingError, match="was changed"):
        train_adapter.prepare(workspace, project_id, training(built.folder))
