"""What is known of a passage's document reaches the model and stands beside the passage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from syncing import quick_workspace
from written_again import run_of

from assistant.domain import Citation, GenerationRun, LintFinding, Standing
from assistant.generation.answers.answer_parts import Answer, AnswerSentence
from assistant.generation.answers.answer_prompt import answer_messages
from assistant.library import Library
from assistant.sources.files.files import read_file
from assistant.suite.template import READY_TEMPLATES
from assistant.workflow.ask import ask_sources
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.review import check_report, check_suite, export_cases, review
from assistant.workflow.sources import import_sources
from assistant.workflow.sources.source_standing import standings
from assistant.workflow.writing import answers, runs
from assistant.workflow.writing.requests import GenerateRequest, understand

TERMS = "# Lending terms\n\n{head}\n\n## 4 Loss\n\nThe loss of an umbrella is told {when}.\n"
EPIC = """# UMB-7 Lend umbrellas

## UMB-8 Lend one

As a guest I want an umbrella so that I stay dry.

### Acceptance criteria

- The loss of an umbrella costs 12 EUR.
"""
QUESTION = "When is the loss of an umbrella told?"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        yield opened, project


def put(workspace: Workspace, project: str, **texts: str) -> None:
    for name, text in texts.items():
        import_sources.put(workspace, project, read_file(f"{name}.md", text.encode()))
    import_sources.index_pending(workspace.library, workspace.knowledge(project), project)


def by_words(answer: Answer, words: str) -> Standing:
    (standing,) = {one.standing for one in answer.sources if words in one.chunk.text}
    return standing


def test_the_older_of_two_editions_is_found_and_told_to_be_older(
    workspace: tuple[Workspace, str],
) -> None:
    put(
        *workspace,
        Terms_v6=TERMS.format(head="Valid from 1 January 2025.", when="without delay"),
        Terms_v7=TERMS.format(
            head="Valid from 1 January 2027. Replaces version 6.", when="within 48 hours"
        ),
        Desk_draft="# Desk\n\nA wet umbrella is dried before its loss is told.\n",
    )
    found = ask_sources.ask(*workspace, QUESTION)
    old, new = by_words(found, "without delay"), by_words(found, "48 hours")
    assert old.status == "older edition: “Terms_v7.md” has the same name, a higher number"
    assert (new.stage, new.file) == ("", "Terms_v7.md")
    assert new.head == "Valid from 1 January 2027. Replaces version 6."
    assert by_words(found, "wet umbrella").stage == "draft"

    hits = [one.hit for one in found.sources]
    (_, (_, said)), _ = answer_messages(QUESTION, hits, characters=20_000)
    blocks = {one.partition(">")[2]: one.partition(">")[0] for one in said.split("<source ")}
    (block,) = [head for text, head in blocks.items() if "without delay" in text]
    assert 'file="Terms_v6.md"' in block
    assert 'status="older edition: ' in block
    assert said.count("Replaces version 6.") == 1 + sum("Replaces" in h.chunk.text for h in hits)


RULES = """# Rules of the desk{year}

{head}

An umbrella is lent for {days} days to a guest who shows a card at the desk. Nobody has two of them.
Who brings one back puts it into the stand beside the door, wet or dry, and gets a receipt for it.
The desk is open from Monday to Friday; on the day of the fair it is open on Saturday as well.
"""


@pytest.mark.parametrize(
    ("older", "newer", "is_older"),
    [
        ("Version 2.4, 9 June 2025.", "Version 3.2, 1 May 2026. Replaces version 2.4.", True),
        (
            "last updated by Ann on 9 June 2025 (v9)",
            "last updated by Ben on 1 May 2026 (v14)",
            True,
        ),
        ("Version 2.4, 9 June 2025.", "Version 2.4, 9 June 2025.", False),
        ("Version 2.4, 1 May 2026.", "Version 3.2, 9 June 2025.", False),
        ("9 June 2025", "1 May 2026", False),
    ],
)
def test_a_text_kept_beside_the_one_that_took_its_place_is_an_older_edition(
    workspace: tuple[Workspace, str], older: str, newer: str, is_older: bool
) -> None:
    """Under the same name but for a year, nearly the same words, and a lower number at its head."""
    put(
        *workspace,
        rules=RULES.format(year="", head=newer, days=14),
        rules_2025=RULES.format(year=" (2025)", head=older, days=21),
        branch=RULES.format(year="", head="Version 1.0, 1 May 2024.", days=7)
        .replace("An umbrella", "In a branch that is none of ours and closes at noon a stick")
        .replace("on the day of the fair it", "nobody there puts out a stand, and none of them"),
    )
    told = standings(*workspace).of
    status = told("file:rules_2025.md").status
    assert status == (
        "older edition: a newer one of the same text is “rules.md”" if is_older else ""
    )
    assert told("file:rules.md").status == ""
    assert told("file:branch.md").status == "", "it has the title, and says something else"
    found = ask_sources.ask(*workspace, "How long is an umbrella lent?").sources
    assert any("14 days" in one.chunk.text for one in found)
    assert any("21 days" in one.chunk.text for one in found) is not is_older


def test_texts_of_one_title_without_a_date_are_no_editions(
    workspace: tuple[Workspace, str],
) -> None:
    """Two countries have nearly the same rules, each with numbers of its own."""
    put(
        *workspace,
        rules_austria=RULES.format(year="", head="Version 2.4, 9 June 2025.", days=21),
        rules_germany=RULES.format(year="", head="Version 3.2, 1 May 2026.", days=14),
    )
    told = standings(*workspace).of
    assert (told("file:rules_austria.md").status, told("file:rules_germany.md").status) == ("", "")


@pytest.mark.parametrize("others", [{}, {"Terms_v2": "# Terms v1\n\nNothing of it.\n"}])
def test_a_title_that_is_behind_the_name_makes_no_document_older_than_itself(
    workspace: tuple[Workspace, str], others: dict[str, str]
) -> None:
    text = "# Terms v2\n\nThe loss of an umbrella is told within 48 hours.\n"
    put(*workspace, Terms_v3=text, **others)
    found = ask_sources.ask(*workspace, QUESTION)
    assert by_words(found, "48 hours").stage == ""
    if others:
        assert by_words(found, "Nothing of it").stage == "older edition"


def test_an_old_copy_is_known_by_the_document_of_the_name_without_it(
    workspace: tuple[Workspace, str],
) -> None:
    put(
        *workspace,
        old_umbrellas="# Loss\n\nThe loss of an umbrella is told at once.\n",
        old_Town_umbrellas="# Town\n\nThe loss of a town umbrella is told to the mayor.\n",
        Umbrellas="# Loss of one\n\nThe loss of an umbrella is told within 48 hours.\n",
    )
    found = ask_sources.ask(*workspace, QUESTION)
    assert by_words(found, "at once").stage == "outdated"
    assert by_words(found, "the mayor").stage == ""
    assert by_words(found, "48 hours").stage == ""


def test_what_is_said_of_documents_is_told_without_reading_all_of_their_texts(
    workspace: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "Valid from 1 January 2027. Version 0.8 (draft for review)."
    put(*workspace, Terms=TERMS.format(head=head, when="within 48 hours"))
    monkeypatch.setattr(Library, "document", lambda *_: pytest.fail("the whole text is read"))
    standing = by_words(ask_sources.ask(*workspace, QUESTION), "48 hours")
    assert (standing.stage, standing.head) == ("draft", head)


def test_documents_that_do_not_change_are_looked_at_once(
    workspace: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(*workspace, Terms_v2_draft=TERMS.format(head="Valid.", when="within 48 hours"))
    read: list[object] = []
    real = Library.openings
    monkeypatch.setattr(
        Library, "openings", lambda *given: (read.append(given[2]), real(*given))[1]
    )
    for _ in range(2):
        assert by_words(ask_sources.ask(*workspace, QUESTION), "48 hours").stage == "draft"
    assert len(read) == 1
    put(*workspace, Terms_v2_draft=TERMS.format(head="Valid.", when="within 50 hours"))
    assert by_words(ask_sources.ask(*workspace, QUESTION), "50 hours").stage == "draft"
    assert len(read) == 2


def written(workspace: Workspace, project: str) -> GenerationRun:
    return run_of(workspace, project, GenerateRequest(epic_keys=("UMB-7",)))


ALONE = "Rests on a draft alone: Umbrellas_v3_draft.md (“draft” stands in its name or at its head)."
LOGGED = "The desk writes its name into the green book."
SUITE = f"""Test Case ID,Title,User Story,Step No,Test Step,Expected Result
T-1,A loss is logged,UMB-8,1,Lose an umbrella,{LOGGED}
""".encode()


@pytest.mark.parametrize(("name", "old"), [("Umbrellas_v3_draft", True), ("Umbrellas_v3", False)])
def test_a_result_that_rests_on_a_draft_alone_says_so_wherever_the_case_is_shown(
    workspace: tuple[Workspace, str], tmp_path: Path, name: str, old: bool
) -> None:
    put(
        *workspace,
        UMB_draft=EPIC,
        **{name: f"# Losses\n\nThe loss of an umbrella costs much.\n\n{LOGGED}\n"},
    )
    run = written(*workspace)
    case = run.cases[0]
    assert not case.findings, "the epic under test may be a draft"
    if old:  # as the proof says it of a case that a model wrote
        found = LintFinding(rule="draft or old source", severity="warning", step=1, message=ALONE)
        version = workspace[0].library.case(workspace[1], case.id).row_version
        workspace[0].library.update_case(
            workspace[1], case.model_copy(update={"findings": (found,)}),
            expected_version=version, by="Tess",
        )  # fmt: skip
        assert review.OLD in review.needs_of(workspace[0].library.case(workspace[1], case.id).case)
    rows = runs.case_rows(*workspace, run.id, stale=())
    assert any(review.OLD in row.needs for row in rows) is old
    for template in READY_TEMPLATES:
        file = export_cases.export_csv(*workspace, run_id=run.id, template=template)
        assert (ALONE.removesuffix(".") in file.content.decode("utf-8-sig")) is old
    (tmp_path / "suite.csv").write_bytes(SUITE)
    report = check_suite.check_file(*workspace, tmp_path / "suite.csv")
    assert (ALONE in check_report.as_csv(report).decode("utf-8-sig")) is old
    assert report.cases[0].verdict == ("remark" if old else "no automatic finding")


def test_a_sentence_from_an_older_edition_alone_is_marked(workspace: tuple[Workspace, str]) -> None:
    put(
        *workspace,
        Terms_v6=TERMS.format(head="Valid.", when="without delay"),
        Terms_v7=TERMS.format(head="Valid.", when="within 48 hours"),
    )
    found = ask_sources.ask(*workspace, QUESTION)
    cited = {
        words: Citation(chunk_id=one.chunk.id, source=one.number, quote=words, start=0, end=5)
        for words in ("without delay", "48 hours")
        for one in found.sources
        if words in one.chunk.text
    }
    old, new = cited["without delay"], cited["48 hours"]
    stages = {
        citations: found.stages_of(AnswerSentence(text="It is told.", citations=citations))
        for citations in ((old,), (new,), (old, new), ())
    }
    assert stages == {(old,): ("older edition",), (new,): (), (old, new): (), (): ()}


def test_a_file_that_became_an_epic_keeps_its_name(workspace: tuple[Workspace, str]) -> None:
    put(*workspace, Umbrellas_v3_draft=EPIC)
    (document,) = workspace[0].library.documents(workspace[1])
    assert document.id == "epic:UMB-7"
    standing = by_words(ask_sources.ask(*workspace, "What does a lost umbrella cost?"), "12 EUR")
    assert (standing.file, standing.stage) == ("Umbrellas_v3_draft.md", "draft")


def test_where_no_passage_bears_on_a_question_the_first_found_are_shown(
    workspace: tuple[Workspace, str],
) -> None:
    put(*workspace, Terms=TERMS.format(head="Valid.", when="within 48 hours"))
    found = ask_sources.ask(*workspace, "Who feeds seventeen grey parrots tomorrow at the harbour?")
    assert (found.state, found.passages) == ("not said", ())
    assert found.nearest
    words = [one.quote for near in found.nearest for one in found.nearest_words(near.number)]
    assert "The loss of an umbrella is told within 48 hours." in words
    assert found.named_sources() == ()


def test_what_the_best_passage_names_is_found_with_it(workspace: tuple[Workspace, str]) -> None:
    """The question names the hotel, the hotel's row the tariff, and the tariff's row the sum."""
    filler = "\n".join(f"| Guest {n} | stays at hotel {n} | X{n} |" for n in range(90))
    put(
        *workspace,
        Hotels="# Hotels\n\n| Guest | Hotel | Tariff |\n| --- | --- | --- |\n"
        f"{filler}\n| Corrabeg | sends umbrellas back wet | QZ |\n",
        Tariffs="# Sums\n\n| Tariff | Sum |\n| --- | --- |\n"
        + "\n".join(f"| Y{n} | {n} EUR |" for n in range(60))
        + "\n| QZ | 77 EUR |\n",
    )
    found = ask_sources.ask(*workspace, "What sum has Corrabeg, which sends umbrellas back wet?")
    assert "Corrabeg" in found.sources[0].chunk.text
    assert any("77 EUR" in one.chunk.text for one in found.sources)


FEE = "# Fees\n\n{head}\n\n## 1 Loss\n\nThe loss of an umbrella costs {fee}.\n"


def test_a_question_says_that_what_a_criterion_is_held_against_is_a_draft(
    workspace: tuple[Workspace, str],
) -> None:
    opened, project = workspace
    request = GenerateRequest(epic_keys=("UMB-7",))
    put(*workspace, Epic=EPIC, Fees_draft=FEE.format(head="Draft for review.", fee="15 EUR"))

    def asked() -> list[str]:
        found = understand(*workspace, request).questions
        return [one.text for one in found if one.kind == "conflict"]

    said = "The criterion says 12 EUR, but {}Fees says 15 EUR. Which is right?"
    found = understand(*workspace, request)
    assert asked() == [said.format("the draft ")]
    told = [one.text for one in written(*workspace).questions]
    assert said.format("the draft ") in told
    (question,) = [one for one in found.questions if one.kind == "conflict"]
    answers.answer(opened, project, found.epics[0], question, "12 EUR.", by="QA")
    assert not asked()
    put(*workspace, Fees_draft=FEE.format(head="Agreed on 3 May 2027.", fee="15 EUR"))
    assert not asked()  # it is asked about the same two values
