"""Messages that Outlook saves (MSG), written here as compound files."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from assistant.errors import UnreadableFile, UnsupportedFile
from assistant.sources.files.batches import read_files
from assistant.sources.files.files import read_file

Tree = dict[str, "bytes | Tree"]

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def compound_file(tree: Tree) -> bytes:
    """``tree`` of storages and small streams as a compound file ([MS-CFB]): one sector of FAT."""
    entries = list[list[object]]()  # name, kind, right, child, start, size
    small, small_fat = bytearray(), list[int]()

    def add(name: str, value: bytes | Tree, kind: int) -> int:
        entry: list[object] = [name, kind, _FREE, _FREE, _END, 0]
        entries.append(entry)
        place = len(entries) - 1
        if isinstance(value, bytes):
            if value:
                entry[4:] = [len(small_fat), len(value)]
                count = -(-len(value) // 64)
                small_fat.extend([*range(len(small_fat) + 1, len(small_fat) + count), _END])
                small.extend(value.ljust(count * 64, b"\0"))
            return place
        before = entry
        for at, (inner, held) in enumerate(value.items()):
            number = add(inner, held, 2 if isinstance(held, bytes) else 1)
            before[3 if at == 0 else 2] = number
            before = entries[number]
        return place

    add("Root Entry", tree, 5)
    parts = [
        b"",  # the directory, once its root knows where the small streams begin
        struct.pack(f"<{len(small_fat)}I", *small_fat),
        bytes(small),
    ]
    sizes = [-(-len(entries) * 128 // 512), *(-(-len(part) // 512) for part in parts[1:])]
    starts = [1, 1 + sizes[0], 1 + sizes[0] + sizes[1]]
    entries[0][4:] = [starts[2], len(small)]
    for name, kind, right, child, start, size in entries:
        wide = str(name).encode("utf-16-le") + b"\0\0"
        parts[0] += struct.pack("<64sHBBIII36xIQ", wide, len(wide), kind, 1, _FREE, right, child,
                                start, size)  # fmt: skip
    fat = [_FAT]
    for start, size in zip(starts, sizes, strict=True):
        fat += [*range(start + 1, start + size), _END]
    fat += [_FREE] * (128 - len(fat))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, 1, 1, 0, 4096, starts[1], sizes[1], _END, 0, 0,
    )  # fmt: skip
    header += struct.pack("<108I", *[_FREE] * 108)
    body = [struct.pack("<128I", *fat), *(part.ljust(-(-len(part) // 512) * 512, b"\0")
                                          for part in parts)]  # fmt: skip
    return header + b"".join(body)


def properties(before: int, **numbers: int) -> bytes:
    """Properties of fixed length by their numbers ("p0E06")."""
    fixed = [struct.pack("<IIQ", int(name[1:], 16) << 16 | 0x40, 6, value)
             for name, value in numbers.items()]  # fmt: skip
    return bytes(before) + b"".join(fixed)


def texts(**values: str) -> Tree:
    """Text properties by their numbers ("s0037")."""
    return {f"__substg1.0_{name[1:]}001F": words.encode("utf-16-le")
            for name, words in values.items()}  # fmt: skip


def ticks(moment: datetime) -> int:
    """A date as Windows counts it."""
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def person(number: int, kind: int, name: str, address: str) -> Tree:
    return {f"__recip_version1.0_#{number:08X}": {
        "__properties_version1.0": properties(8, p0C15=kind), **texts(s3001=name, s3003=address),
    }}  # fmt: skip


def file(number: int, name: str, content: bytes) -> Tree:
    return {f"__attach_version1.0_#{number:08X}": {
        "__properties_version1.0": bytes(8), "__substg1.0_37010102": content,
        **texts(s3707=name),
    }}  # fmt: skip


SENT = ticks(datetime(2027, 3, 9, 8, 15, tzinfo=UTC))
HEAD: Tree = {
    "__properties_version1.0": properties(32, p0039=SENT),
    **texts(s0037="WG: Fees of boats", s0C1A="Zoë Maas", s0C1F="/O=SHORE/CN=ZOE",
            s5D01="zoe@shore.example"),
}  # fmt: skip
BODY = "Hello,\n\nthe fee is 7 euros.\n\nVon: Ben\nGesendet: Montag\n\nHow?".replace("\n", "\r\n")


def test_a_message_is_read_as_mail_is() -> None:
    data = compound_file({
        **HEAD, **texts(s1000=BODY), **person(0, 1, "Ben Ude", "ben@shore.example"),
        **person(1, 2, "Ann", "/O=SHORE/CN=ANN"),
        **file(0, "fées.csv", b"Boat,Fee\nkayak,7\n"), **file(1, "logo.png", b"\x89PNG"),
    })  # fmt: skip
    mail, table = [one.reading for one in read_files("fees.msg", data)]
    assert mail
    assert table
    assert mail.document.title == "WG: Fees of boats"
    assert mail.document.text.splitlines()[2:] == [
        "From: Zoë Maas <zoe@shore.example>", "To: Ben Ude <ben@shore.example>", "Cc: Ann",
        "Date: Tue, 09 Mar 2027 08:15:00 +0000", "", "Hello,", "", "the fee is 7 euros.", "",
        "Von: Ben", "Gesendet: Montag", "", "How?",
    ]  # fmt: skip
    assert table.document.id == "file:fees.msg > fées.csv"
    assert "kayak" in table.document.text
    assert mail.report.unread_parts == ("1 pictures",)


def test_the_mails_own_headers_win_and_html_is_read() -> None:
    html = "<h2>Fees</h2><ul><li>kayak: 7 €</li><li>canoe: 9 €</li></ul>"
    data = compound_file({
        **HEAD, **texts(s007D="Date: Tue, 9 Mar 2027 09:15:00 +0100\r\nTo: Ben <b@shore.example>"),
        "__properties_version1.0": properties(32, p0039=SENT, p3FDE=65001),
        "__substg1.0_10130102": html.encode(), **texts(s1000="Fees kayak: 7"),
    })  # fmt: skip
    text = read_file("fees.msg", data).document.text
    assert "Date: Tue, 09 Mar 2027 09:15:00 +0100" in text
    assert "To: Ben <b@shore.example>" in text
    assert "## Fees\n\n- kayak: 7 €" in text


def test_text_in_a_code_page_is_read_in_it() -> None:
    data = compound_file({
        "__properties_version1.0": properties(32, p3FFD=1251),
        "__substg1.0_0037001E": "Тариф".encode("cp1251"),
        "__substg1.0_1000001E": "Лодка — 7 евро".encode("cp1251"),
    })  # fmt: skip
    document = read_file("tariff.msg", data).document
    assert (document.title, "Лодка — 7 евро" in document.text) == ("Тариф", True)


def narrow(codec: str, **values: str) -> Tree:
    """Text properties in 8 bits by their numbers ("s0037")."""
    return {f"__substg1.0_{name[1:]}001E": words.encode(codec) for name, words in values.items()}


@pytest.mark.parametrize("internet", [20866, 65001, 28592, 50220])
def test_the_message_s_code_page_is_that_of_its_people_and_files_too(internet: int) -> None:
    data = compound_file({
        "__properties_version1.0": properties(32, p3FFD=1251, p3FDE=internet),
        **narrow("cp1251", s0037="Тариф", s1000="Лодка — 7 евро", s0C1A="Иван"),
        "__recip_version1.0_#00000000": {
            "__properties_version1.0": properties(8, p0C15=1),
            **narrow("cp1251", s3001="Пётр", s3003="p@shore.example"),
        },
        "__attach_version1.0_#00000000": {
            "__properties_version1.0": bytes(8), "__substg1.0_37010102": b"Boat,Fee\nkayak,7\n",
            **narrow("cp1251", s3707="цены.csv"),
        },
    })  # fmt: skip
    mail, table = [one.reading for one in read_files("tariff.msg", data)]
    assert mail
    assert table
    assert mail.document.title == "Тариф"
    assert "From: Иван\nTo: Пётр <p@shore.example>" in mail.document.text
    assert "Лодка — 7 евро" in mail.document.text
    assert table.document.id == "file:tariff.msg > цены.csv"


@pytest.mark.parametrize(
    ("page", "codec", "words"),
    [
        (20866, "koi8-r", "Член платит"), (21866, "koi8-u", "Член платить її"),
        (28592, "iso-8859-2", "Źródło"), (28597, "iso-8859-7", "Το μέλος πληρώνει"),
        (50220, "iso2022_jp", "会員は支払う"), (51932, "euc_jp", "会員は支払う"),
        (54936, "gb18030", "会员付款"),
    ],
)  # fmt: skip
def test_html_is_read_in_the_internet_code_page(page: int, codec: str, words: str) -> None:
    data = compound_file({
        **HEAD, "__properties_version1.0": properties(32, p3FFD=1252, p3FDE=page),
        "__substg1.0_10130102": f"<p>{words}</p>".encode(codec),
    })  # fmt: skip
    assert words in read_file("fees.msg", data).document.text


def test_html_without_a_code_page_says_its_own() -> None:
    html = "<html><head><meta charset=koi8-r></head><body><p>Член платит</p></body></html>"
    data = compound_file({
        **HEAD, "__properties_version1.0": properties(32, p3FFD=1252),
        "__substg1.0_10130102": html.encode("koi8-r"),
    })  # fmt: skip
    assert "Член платит" in read_file("fees.msg", data).document.text


def test_an_embedded_object_is_told() -> None:
    data = compound_file({
        **HEAD, **texts(s1000="See the table."), "__attach_version1.0_#00000000": {
            "__properties_version1.0": properties(8, p3705=6), **texts(s3001="Fees of boats"),
            "__substg1.0_3701000D": {"Package": b"x" * 40},
        },
    })  # fmt: skip
    (outcome,) = read_files("fees.msg", data)
    assert outcome.reading
    assert outcome.reading.report.unread_parts == ("embedded object Fees of boats",)


def test_a_message_in_a_message_stands_below_its_subject() -> None:
    inner: Tree = {"__properties_version1.0": properties(24),
                   **texts(s0037="Old fees", s1000="They were 5 euros.")}  # fmt: skip
    data = compound_file({
        **HEAD, **texts(s1000="See below."), "__attach_version1.0_#00000000": {
            "__properties_version1.0": bytes(8), "__substg1.0_3701000D": inner,
        },
    })  # fmt: skip
    text = read_file("fees.msg", data).document.text
    assert "See below.\n\n### Message: Old fees\n\nThey were 5 euros." in text


def test_messages_within_messages_end_somewhere() -> None:
    tree: Tree = {"__properties_version1.0": bytes(24), **texts(s1000="innermost")}
    for _ in range(40):
        tree = {"__properties_version1.0": bytes(24), "__attach_version1.0_#00000000": {
            "__properties_version1.0": bytes(8), "__substg1.0_3701000D": tree,
        }}  # fmt: skip
    data = compound_file({**HEAD, **tree})
    reading = read_file("fees.msg", data)
    assert "innermost" not in reading.document.text
    assert any("too deep" in part for part in reading.report.unread_parts)


@pytest.mark.parametrize("plain", ["", " \r\n"])
def test_text_that_is_kept_as_rtf_alone_is_told(plain: str) -> None:
    data = compound_file({**HEAD, **texts(s1000=plain), "__substg1.0_10090102": b"LZFu"})
    assert read_file("fees.msg", data).report.unread_parts == ("text in RTF",)


def test_an_attached_document_does_not_make_it_one() -> None:
    marks = "WordDocument EncryptedPackage".encode("utf-16-le")
    data = compound_file({**HEAD, **texts(s1000="See it."), **file(0, "old.doc", marks)})
    outcomes = list(read_files("fees.msg", data))
    assert outcomes[0].reading
    assert "See it." in outcomes[0].reading.document.text
    with pytest.raises(UnsupportedFile, match="old Word document"):
        read_file("fees.doc", compound_file({"WordDocument": b"W", **HEAD}))


@pytest.mark.parametrize("cut", [600, 1100, 1700])
def test_a_broken_message_is_refused_by_name(cut: int) -> None:
    data = compound_file({**HEAD, **texts(s1000=BODY)})
    assert read_file("fees.msg", data).document.text
    broken = data[:cut] + "__properties_version1.0".encode("utf-16-le")
    with pytest.raises(UnreadableFile, match=r"fees\.msg"):
        read_file("fees.msg", broken)


def test_a_directory_that_leads_in_a_ring_is_refused() -> None:
    """What lies behind the ring is lost, and that is all of it."""
    data = bytearray(compound_file({**HEAD, **texts(s1000=BODY)}))
    data[1024 + 128 + 72 : 1024 + 128 + 76] = struct.pack("<I", 1)  # an entry right of itself
    with pytest.raises(UnreadableFile, match=r"fees\.msg"):
        read_file("fees.msg", bytes(data))
