"""Asking the sample project's sources, with the real index and a model over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from endpoint_server import EndpointServer, refuses, streams
from syncing import quick_workspace, sync_folder, write

from assistant.errors import (
    CollectionMissing,
    InvalidOutput,
    LibraryError,
    ModelUnavailable,
    RetrievalError,
    SourceError,
)
from assistant.knowledge.knowledge_base import KnowledgeBase
from assistant.library.talks import AskedStore
from assistant.sources.files.files import read_file
from assistant.workflow.ask import ask_sources, ask_talks
from assistant.workflow.deployment.erase import erase, erase_request
from assistant.workflow.deployment.jobs import SEARCHES_AT_ONCE
from assistant.workflow.deployment.ways_of_writing import choose_way
from assistant.workflow.deployment.workspace import Workspace
from assistant.workflow.sources import duplicate_texts, import_sources, search_sources
from assistant.workflow.sources.reindex import index_pending
from assistant.workflow.sources.sample_project import SAMPLE_PROJECT
from assistant.workflow.writing import read_ahead
from assistant.workflow.writing.answers import answer
from assistant.workflow.writing.requests import GenerateRequest, understand

QUESTION = "What is the cooling-off period for a domestic contract?"
ISSUE = """<rss version="0.92"><channel><title>Jira</title><item><title>[TR-{key}] {title}</title>
<key id="1">TR-{key}</key><summary>{title}</summary><type id="7">Story</type>
<description>The clerk pays.</description><comments>{comments}</comments></item></channel></rss>"""


@pytest.fixture
def sample_id(opened: Workspace) -> str:
    return opened.project(SAMPLE_PROJECT).id


def answers(*sentences: tuple[str, list[int]]) -> str:
    """What a model answers that copies for each sentence the same words of the sources it names."""
    words = "within the cooling-off period of 14 days"
    quoted = [
        {"text": text, "quotes": [{"source": number, "words": words} for number in numbers]}
        for text, numbers in sentences
    ]
    return json.dumps({"sentences": quoted})


def numbers_of(workspace: Workspace, project_id: str, words: str) -> list[int]:
    """The numbers that the sources with these words get for the question."""
    found = ask_sources.ask(workspace, project_id, QUESTION)
    return [one.number for one in found.sources if words in one.chunk.text]


def prompt(server: EndpointServer) -> str:
    messages: Any = server.bodies[-1]["messages"]
    return "\n".join(message["content"] for message in messages)


@pytest.mark.long
def test_without_a_model_the_passages_stand_for_themselves(
    workspace: Workspace, project_id: str
) -> None:
    found = ask_sources.ask(workspace, project_id, QUESTION)
    assert found.state == "passages"
    assert found.sentences == ()
    quotes = [c.quote for one in found.passages for c in found.quotations(one.number)]
    assert any("14 days" in quote for quote in quotes[:3])
    for one in found.passages:
        source = found.source(one.number)
        assert source is not None
        assert source.fetched_at is not None
        assert source.chunk.text[one.start : one.end].strip()
    said = [{one.ours.quote, one.theirs.quote} for one in found.conflicts]
    assert any("15 days" in str(pair) and "14 days" in str(pair) for pair in said)


@pytest.mark.long
def test_what_no_passage_bears_on_is_said_so(workspace: Workspace, project_id: str) -> None:
    found = ask_sources.ask(workspace, project_id, "What is the capital of Portugal?")
    assert found.state == "not said"
    assert found.passages == ()
    assert found.searched_documents > 5
    assert found.searched_chunks > 100


@pytest.mark.long
@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("  ", "empty"),
        ("word " * 10_000, "10,000 words"),
        ("x" * 3_001, "3,001 characters"),
        ("What is it?", "no word to search with"),
        ("Was ist das?", "no word to search with"),
    ],
)
def test_questions_that_cannot_be_searched_with_are_refused(
    workspace: Workspace, project_id: str, question: str, told: str
) -> None:
    before = workspace.library.asked.talks(project_id, 10)
    with pytest.raises(RetrievalError, match=told):
        ask_sources.ask(workspace, project_id, question)
    assert workspace.library.asked.talks(project_id, 10) == before


@pytest.mark.long
def test_another_language_is_noted(workspace: Workspace, project_id: str) -> None:
    found = ask_sources.ask(workspace, project_id, "Wie lange ist die Widerrufsfrist für einen?")
    assert "German" in found.notes[0]


@pytest.mark.long
def test_an_empty_project_says_what_to_do(empty_project: tuple[Workspace, str]) -> None:
    with pytest.raises(CollectionMissing, match="Import"):
        ask_sources.ask(*empty_project, QUESTION)


@pytest.mark.long
def test_proved_sentences_are_shown_and_others_put_aside(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    server.answer = streams(
        answers(
            ("The cooling-off period of a domestic contract is 14 days.", rule),
            ("The cooling-off period of a domestic contract is 30 days.", rule),
            ("It was introduced by the Energy Act.", rule),
        )
    )
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert found.state == "answered"
    (said,) = found.sentences
    assert "14 days" in said.text
    assert all(citation.quote for citation in said.citations)
    assert any("30 days" in word for word in found.unproved[0].missing)
    assert any("Energy Act" in word for word in found.unproved[1].missing)
    assert found.conflicts, "the criterion says 15 days"
    assert found.model is not None


@pytest.mark.long
def test_a_sentence_in_the_models_words_is_shown_with_what_it_was_read_from(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    found = ask_sources.ask(opened, sample_id, QUESTION)
    source = next(one for one in found.sources if "BR-CC-08" in one.chunk.text)
    said = "Whoever lives at home has 14 days to think a contract over."
    words = next(line for line in source.chunk.text.split(". ") if "14 days" in line)
    quotes = [{"source": source.number, "words": words}]
    for text, kept in (
        (said, False),
        ("Households regret a contract in the cooling-off period of 14 days.", True),
    ):
        sentence = {"text": text, "quotes": quotes}
        server.answer = streams(json.dumps({"sentences": [sentence]}))
        found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
        shown = [(one.text, one.is_paraphrase) for one in found.sentences]
        assert shown == ([(text, True)] if kept else [])
        if kept:
            (citation,) = found.sentences[0].citations
            assert citation.quote == source.chunk.text[citation.start : citation.end]
            assert "14 days" in citation.quote


@pytest.mark.long
def test_the_sources_do_not_say_where_nothing_is_proved(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    for text in (answers(), answers(("The period is 99 weeks.", [1]))):
        server.answer = streams(text)
        found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
        assert found.state == "not said"
        assert found.sentences == ()
        assert found.sources


@pytest.mark.long
def test_the_comments_behind_one_that_is_found_are_told_with_it(
    opened: Workspace, server: EndpointServer
) -> None:
    """What one asks a later one on the same issue answers, in quite other words."""
    project_id = opened.project(SAMPLE_PROJECT).id
    talk = ("Is the travelled distance rounded in each direction or once?", "Seen.",
            "Commercially, and only then cut off at the ceiling.")  # fmt: skip
    others = [f"Is the travelled distance of van {n} rounded in each direction?" for n in range(60)]
    for key, title, said in ((7, "Travel", talk), (8, "Distances", others)):
        comments = "".join(
            f'<comment id="{n}" author="Ann Lee" created="Tue, 19 May 2026 10:02:00 +0100">'
            f"&lt;p&gt;{one}&lt;/p&gt;</comment>"
            for n, one in enumerate(said)
        )
        data = ISSUE.format(key=key, title=title, comments=comments).encode()
        import_sources.put(opened, project_id, read_file(f"jira{key}.xml", data))
    index_pending(opened.library, opened.knowledge(project_id), project_id)
    server.answer = streams('{"sentences": []}')
    ask_sources.ask(opened, project_id, talk[0], writer="endpoint")
    told = [json.dumps(one["messages"]) for one in server.bodies if talk[0] in json.dumps(one)]
    assert talk[2] in told[-1]
    assert not all(one in told[-1] for one in others)


@pytest.mark.long
def test_an_answer_that_is_cut_off_says_so_and_shows_no_unfinished_sentence(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is 14 days."
    whole = answers((said, rule), (said[:-1] + " after the Contract Confirmation Date.", rule))
    server.answer = streams(whole[:-50], reason="length")
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert (found.state, found.cut_off) == ("answered", True)
    assert [one.text for one in found.sentences] == [said]
    assert found.unproved == ()
    server.answer = streams(whole)
    assert not ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint").cut_off
    server.answer = streams(answers((said[:-1] + " and so on" * 80, rule)))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert found.sentences == (), "what was left of a sentence proves nothing"
    assert found.unproved[0].text.endswith(" …")


@pytest.mark.long
def test_an_answer_that_cannot_be_read_on_says_why_and_is_not_called_cut_off(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is 14 days."
    server.answer = streams(answers((said, rule)) + " I hope that helps!")
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert [one.text for one in found.sentences] == [said]
    assert not found.cut_off
    assert "not valid JSON" in found.unfinished
    assert "broke off" not in found.unfinished


@pytest.mark.long
def test_every_sentence_of_a_long_answer_is_kept(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    many = [(f"The period of contract {number} is 14 days.", [1]) for number in range(12)]
    server.answer = streams(answers(*many))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert len(found.sentences) + len(found.unproved) == len(many)
    assert not found.unfinished


@pytest.mark.long
def test_passages_are_only_weighed_where_they_are_shown(
    opened: Workspace, server: EndpointServer, sample_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    weighed = []
    real = ask_sources.bearing_passages
    monkeypatch.setattr(
        ask_sources, "bearing_passages", lambda *given: weighed.append(given) or real(*given)
    )
    said = "The cooling-off period of a domestic contract is 14 days."
    server.answer = streams(answers((said, rule)))
    ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert not weighed
    server.answer = streams(answers())
    ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert len(weighed) == 1


@pytest.mark.long
def test_the_sources_that_the_model_was_given_are_kept_with_its_answer(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    server.answer = streams(answers())
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    (kept,) = ask_talks.talk(opened, sample_id, found.thread_id)
    assert kept.shown
    told = prompt(server)
    for one in kept.sources:
        assert (f'<source n="{one.number}"' in told) == (one.number in kept.shown), one.number
    passages = ask_sources.ask(opened, sample_id, QUESTION)
    assert passages.shown == ()


@pytest.mark.long
def test_a_conflict_that_a_person_has_decided_is_not_named_again(
    workspace: Workspace, project_id: str
) -> None:
    found = ask_sources.ask(workspace, project_id, QUESTION)
    assert any("15 days" in one.ours.quote for one in found.conflicts)
    basis = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-200",)))
    (question,) = basis.questions
    answer(workspace, project_id, basis.epics[0], question, "The rule is right.", by="Tess")
    found = ask_sources.ask(workspace, project_id, QUESTION)
    assert not any("15 days" in one.ours.quote for one in found.conflicts)


@pytest.mark.long
def test_a_criterion_that_an_answer_stands_in_place_of_disagrees_with_nothing(
    workspace: Workspace, project_id: str
) -> None:
    basis = understand(workspace, project_id, GenerateRequest(epic_keys=("CC-200",)))
    (question,) = basis.questions
    (text,) = [one.text for one in basis.epics[0].criteria if one.id == question.criterion_id]
    text = text.replace("15 days", "14 days")
    other = question.model_copy(update={"text": "Is anything else to be said of it?"})
    answer(workspace, project_id, basis.epics[0], other, text, by="Tess", replaces=True)
    found = ask_sources.ask(workspace, project_id, QUESTION)
    assert not any("15 days" in one.ours.quote for one in found.conflicts)


@pytest.mark.long
def test_a_question_that_waits_for_its_search_can_be_cancelled(
    workspace: Workspace, project_id: str
) -> None:
    begun = ask_sources.begin(workspace, project_id, QUESTION)
    with ExitStack() as held:
        for place in range(SEARCHES_AT_ONCE):
            held.enter_context(workspace.jobs.search_turn(f"held-{place}", lambda: False))
        ask_sources.start(workspace, project_id, begun)
        assert not workspace.jobs.wait(begun.id, 0.3)
        workspace.jobs.cancel(begun.id)
        assert workspace.jobs.wait(begun.id, 60)
    (told,) = ask_talks.talk(workspace, project_id, begun.thread_id)
    assert told.state == "cancelled"


@pytest.mark.long
def test_to_open_the_index_of_a_project_holds_up_no_other_search(
    workspace: Workspace, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, free = workspace.knowledge, []

    def others(stop: Callable[[], bool]) -> None:
        with ExitStack() as held:
            for place in range(SEARCHES_AT_ONCE):
                turn = workspace.jobs.search_turn(f"other-{place}", stop)
                free.append(held.enter_context(turn))

    def knowledge(project: str) -> KnowledgeBase:
        workspace.jobs.start("others", others)
        workspace.jobs.wait("others", 1)
        workspace.jobs.cancel("others")
        workspace.jobs.wait("others", 60)
        return real(project)

    begun = ask_sources.begin(workspace, project_id, QUESTION)
    monkeypatch.setattr(workspace, "knowledge", knowledge)
    ask_sources.start(workspace, project_id, begun)
    assert workspace.jobs.wait(begun.id, 60)
    (told,) = ask_talks.talk(workspace, project_id, begun.thread_id)
    assert told.state == "passages"
    assert free
    assert all(free)


@pytest.mark.long
def test_copies_of_texts_are_looked_for_once_for_an_answer(
    workspace: Workspace, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []
    real = duplicate_texts._older_copies
    monkeypatch.setattr(
        duplicate_texts, "_older_copies", lambda *given: looked.append(given) or real(*given)
    )
    assert ask_sources.ask(workspace, project_id, QUESTION).conflicts
    assert len(looked) == 1


@pytest.mark.long
def test_an_older_copy_of_a_text_is_no_source(tmp_path: Path) -> None:
    words = (
        "# Umbrellas\n\nAn umbrella is lent for {} days to a guest who shows a card at a desk.\n\n"
        "It is brought back to the desk by the evening of the last of these days, and a guest who "
        "brings it back later pays for each day that he is late before he takes another one.\n"
    )
    with quick_workspace(tmp_path / "data") as (opened, project, _):
        old = words.format(14) + "\n## Rain\n\nA wet umbrella is dried first.\n"
        import_sources.put(opened, project, read_file("rule.md", old.encode()))
        write(tmp_path / "in" / "rule.md", words.format(10))
        sync_folder(opened, project, tmp_path / "in")
        older = duplicate_texts.known_copies(opened, project)
        assert list(older) == ["file:rule.md"]
        found = ask_sources.ask(opened, project, "Is a wet umbrella dried first?")
    assert found.sources
    assert not [one for one in found.sources if one.chunk.document_id in older]


@pytest.mark.long
def test_a_question_goes_on_from_the_one_before(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    first = ask_sources.ask(opened, sample_id, QUESTION)
    server.answer = streams(answers())
    found = ask_sources.ask(
        opened, sample_id, "And for business customers?", writer="endpoint",
        thread_id=first.thread_id,
    )  # fmt: skip
    assert any("Business contracts have no cooling-off" in s.chunk.text for s in found.sources)
    assert f"<earlier_question>{QUESTION}</earlier_question>" in prompt(server)
    alone = ask_sources.ask(opened, sample_id, "Why?", thread_id=first.thread_id)
    assert alone.sources
    talk = ask_talks.talk(opened, sample_id, first.thread_id)
    assert [one.question for one in talk] == [QUESTION, "And for business customers?", "Why?"]
    ask_talks.delete_talk(opened, sample_id, first.thread_id)
    assert ask_talks.talk(opened, sample_id, first.thread_id) == ()


@pytest.mark.long
def test_a_model_that_fails_leaves_the_question_with_the_reason(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    server.answer = refuses(401, "no such key")
    with pytest.raises(ModelUnavailable):
        ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    latest = opened.library.asked.talks(sample_id, 1)[0]
    (kept,) = ask_talks.talk(opened, sample_id, latest.id)
    assert kept.state == "failed"
    assert kept.error


@pytest.mark.long
def test_a_talk_that_is_not_there_and_an_adapter_are_refused(
    workspace: Workspace, project_id: str
) -> None:
    with pytest.raises(RetrievalError, match="no talk 'elsewhere'"):
        ask_sources.ask(workspace, project_id, QUESTION, thread_id="elsewhere")
    with pytest.raises(ModelUnavailable, match="Ask 'small'"):
        ask_sources.ask(workspace, project_id, QUESTION, writer="small+craft")
    assert workspace.library.asked.talks(project_id, 10) == ()


@pytest.mark.long
def test_nothing_is_erased_under_an_answer_and_a_deleted_talk_stays_deleted(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    go_on = threading.Event()
    text = streams(answers(("The cooling-off period of a domestic contract is 14 days.", rule)))

    def waits(request: Any) -> None:
        go_on.wait(60)
        text(request)

    server.answer = waits
    begun = ask_sources.begin(opened, sample_id, QUESTION, writer="endpoint")
    ask_sources.start(opened, sample_id, begun)
    try:
        document = opened.library.documents(sample_id)[0].id
        wanted = erase_request(opened, sample_id, document_ids=[document])
        with pytest.raises(LibraryError, match="being answered"):
            erase(opened, wanted, by="Tess")
        # Another process deletes it: the thread here learns of it by what it stores.
        opened.library.asked.remove(sample_id, begun.thread_id)
    finally:
        go_on.set()
    assert opened.jobs.wait(begun.id, 60)
    assert ask_talks.talk(opened, sample_id, begun.thread_id) == ()


@pytest.mark.long
def test_an_answer_that_nobody_writes_any_more_is_told_as_failed(
    workspace: Workspace, project_id: str
) -> None:
    begun = ask_sources.begin(workspace, project_id, QUESTION, writer="endpoint")
    (found,) = ask_talks.talk(workspace, project_id, begun.thread_id)
    assert (found.state, found.error) == ("failed", ask_talks.STOPPED)


@pytest.mark.long
def test_an_answer_becomes_a_rule_of_the_project(workspace: Workspace, project_id: str) -> None:
    with pytest.raises(SourceError, match="no name"):
        ask_talks.save_rule(workspace, project_id, " ", "- Umbrellas are lent for 9 days.")
    stored = ask_talks.save_rule(
        workspace, project_id, "Umbrellas", "- Umbrellas are lent for 9 days.", by="Tess"
    )
    assert (stored.title, stored.kind) == ("Umbrellas", "rules")
    workspace.jobs.wait(f"index-{project_id}", 30)
    found = search_sources.search(workspace, project_id, "umbrellas lent", limit=1)
    assert found[0].chunk.document_id == stored.id


@pytest.mark.long
def test_examples_come_from_the_projects_own_headings(
    workspace: Workspace, project_id: str
) -> None:
    headings = ask_sources.example_headings(workspace, project_id)
    assert len(headings) == ask_sources.EXAMPLES
    texts = [
        workspace.library.document(project_id, one.id).text
        for one in workspace.library.documents(project_id)
    ]
    assert all(any(heading in text for text in texts) for heading in headings)


@pytest.mark.long
def test_what_all_criteria_stand_under_is_no_example(empty_project: tuple[Workspace, str]) -> None:
    workspace, project_id = empty_project
    export = (
        "Issue key,Issue Type,Summary,Description,Acceptance Criteria\n"
        'PAY-81,Story,Refund to the card,For agents.,"* It is paid at once.\n* It is shown."\n'
    )
    import_sources.put(workspace, project_id, read_file("stories.csv", export.encode()))
    index_pending(workspace.library, workspace.knowledge(project_id), project_id)
    assert ask_sources.example_headings(workspace, project_id) == ("PAY-81 Refund to the card",)


@pytest.mark.parametrize("mark", ["", "> "])
def test_a_passage_that_goes_on_in_the_next_line_is_shown_whole(tmp_path: Path, mark: str) -> None:
    lines = (
        "Nobody pays by cheque any more. The booking fee for members is no longer",
        "taken from 1 May. Guests pay it.",
    )
    text = "".join(f"{mark}{line}\n" for line in lines)
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        import_sources.put(workspace, project_id, read_file("mail.txt", text.encode()))
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        found = ask_sources.ask(workspace, project_id, "When is the booking fee no longer taken?")
    (passage,) = (*found.passages, *found.nearest)
    (source,) = found.sources
    quote = source.chunk.text[passage.start : passage.end]
    assert quote == f"The booking fee for members is no longer\n{mark}taken from 1 May."
    assert text[source.chunk.start + passage.start :].startswith(quote)


def test_an_answer_that_a_person_gave_is_no_example(tmp_path: Path) -> None:
    text = "# N-1 Refunds\n\n## N-2 Refund\n\n### Acceptance criteria\n\n- The page loads fast.\n"
    with quick_workspace(tmp_path / "data") as (workspace, project_id, _):
        found = understand(workspace, project_id, GenerateRequest(text=text))
        (question,) = found.questions
        answer(workspace, project_id, found.epics[0], question, "In 2 seconds.", by="Tess")
        index_pending(workspace.library, workspace.knowledge(project_id), project_id)
        assert workspace.library.documents(project_id)
        assert ask_sources.example_headings(workspace, project_id) == ()


GERMAN = "Wer darf einen geplatzten Ratenplan wieder in Kraft setzen?"
REWORDED = "A Billing Manager may reinstate a payment plan with the status Broken."


def rewords(queries: object, reply: str) -> Any:
    """Answers the request for other wordings with ``queries``, and the other one with ``reply``."""

    def answer(request: Any) -> None:
        system = request.server.bodies[-1]["messages"][0]["content"]
        asked = "search queries" in system
        streams(json.dumps({"queries": queries}) if asked else reply)(request)

    return answer


@pytest.mark.long
def test_a_model_writes_the_question_again_for_the_search(
    opened: Workspace,
    server: EndpointServer,
    sample_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = ask_sources.ask(opened, sample_id, GERMAN)
    assert not any("einstate" in one.chunk.text for one in alone.sources)
    assert alone.queries == ()
    server.answer = rewords([REWORDED, GERMAN, 7, "", "?"], answers())
    states, update = [], AskedStore.update

    def noted(store: AskedStore, project_id: str, answer_id: str, body: str) -> bool:
        states.append(json.loads(body)["state"])
        return update(store, project_id, answer_id, body)

    monkeypatch.setattr(AskedStore, "update", noted)
    found = ask_sources.ask(opened, sample_id, GERMAN, writer="endpoint")
    first, second = server.bodies
    assert len(server.bodies) == 2
    assert "Business rules: Billing" in str(first["messages"])
    assert "<source n=" not in str(first["messages"]), "no passage is sent for the search"
    assert found.queries == (REWORDED,)
    assert REWORDED in found.also_searched
    assert any("einstate" in one.chunk.text for one in found.sources)
    assert {one.chunk.id for one in alone.sources} <= {one.chunk.id for one in found.sources}
    assert REWORDED not in str(second["messages"]), "what the model wrote only searches"
    assert f"<question>{GERMAN}</question>" in str(second["messages"])
    assert states[0] == "writing"


@pytest.mark.long
def test_only_a_model_that_writes_stories_is_believed_what_it_denies(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is not 14 days."
    server.answer = streams(answers((said, rule)))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert [one.text for one in found.sentences] == [said]
    choose_way(opened.settings, "endpoint", "item")
    try:
        found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    finally:
        choose_way(opened.settings, "endpoint", None)
    assert found.sentences == ()
    assert [one.text for one in found.unproved] == [said]
    assert found.unproved[0].denied


def assert_rest_of_tables(answer: Any, searched: int) -> None:
    """Behind what was searched a model is told the rest of short tables and sections alone."""
    parts = {(one.chunk.document_id, one.chunk.heading) for one in answer.sources[:searched]}
    rest = answer.sources[searched:]
    assert rest
    assert {(one.chunk.document_id, one.chunk.heading) for one in rest} <= parts


@pytest.mark.long
@pytest.mark.parametrize(
    "fails", [refuses(400, "no such schema"), streams("I cannot."), streams('{"queries": "x"}')]
)
def test_without_other_wordings_the_question_is_searched_alone(
    opened: Workspace, server: EndpointServer, sample_id: str, fails: Any
) -> None:
    alone = ask_sources.ask(opened, sample_id, QUESTION)
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is 14 days."

    def answer(request: Any) -> None:
        asked = "search queries" in request.server.bodies[-1]["messages"][0]["content"]
        (fails if asked else streams(answers((said, rule))))(request)

    server.answer = answer
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert [one.text for one in found.sentences] == [said]
    assert found.queries == ()
    searched = [one.chunk.id for one in alone.sources]
    assert [one.chunk.id for one in found.sources][: len(searched)] == searched
    assert_rest_of_tables(found, len(searched))


@pytest.mark.long
def test_other_wordings_are_not_waited_for_as_long_as_for_an_answer(
    opened: Workspace,
    server: EndpointServer,
    sample_id: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.workflow.ask.ask_sources.WAIT_SECONDS", 0.5)

    def late(request: Any) -> None:
        if "search queries" in request.server.bodies[-1]["messages"][0]["content"]:
            time.sleep(2)
        rewords([REWORDED], answers())(request)

    server.answer = late
    found = ask_sources.ask(opened, sample_id, GERMAN, writer="endpoint")
    assert (found.queries, found.state) == ((), "not said")
    assert found.sources


@pytest.mark.long
def test_a_question_does_not_wait_for_what_is_read_ahead(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    reading = threading.Event()

    def read(stop: Callable[[], bool]) -> None:
        with opened.jobs.model_turn("read", stop):
            reading.set()
            while not stop():
                time.sleep(0.01)

    opened.jobs.start_latest(read_ahead.ROLE, "read", read)
    assert reading.wait(10)
    server.answer = rewords([REWORDED], answers())
    answer = ask_sources.begin(opened, sample_id, GERMAN, writer="endpoint")
    ask_sources.start(opened, sample_id, answer)
    assert opened.jobs.wait(answer.id, 30)
    (found,) = ask_talks.talk(opened, sample_id, answer.thread_id)
    assert found.queries == (REWORDED,)


@pytest.mark.long
def test_placeholders_are_no_conclusion_and_alone_no_answer(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is 14 days."
    reply = json.loads(answers((said, rule), ("n/a", [])))
    server.answer = streams(json.dumps({**reply, "conclusion": "x"}))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert ([one.text for one in found.sentences], found.conclusion) == ([said], "")
    assert found.unproved == ()
    server.answer = streams(answers(("...", rule)))
    with pytest.raises(InvalidOutput, match="no sentence"):
        ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    server.answer = streams(answers(("None.", rule)))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert [one.text for one in found.sentences] == ["None."]


@pytest.mark.long
def test_what_answers_a_part_is_said_to_be_a_part(
    opened: Workspace, server: EndpointServer, sample_id: str
) -> None:
    rule = numbers_of(opened, sample_id, "BR-CC-08")
    said = "The cooling-off period of a domestic contract is 14 days."
    reply = json.loads(answers((said, rule)))
    for whole in (True, False):
        server.answer = streams(json.dumps({**reply, "whole": whole}))
        found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
        assert [one.text for one in found.sentences] == [said]
        assert ("only a part" in found.unfinished) == (not whole)
    server.answer = streams(json.dumps({"sentences": [], "whole": False}))
    found = ask_sources.ask(opened, sample_id, QUESTION, writer="endpoint")
    assert (found.state, found.unfinished) == ("not said", "")
