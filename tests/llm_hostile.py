"""A table of wrong and hostile replies of a language model, and which of their claims may be shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from llm_cases import (
    ALLEGED,
    BILL,
    COST,
    DENIED,
    ORDER,
    OTHER,
    QUESTION,
    REOPENED,
    SHORT,
    claim,
    reply,
    right,
)
from llm_server import Scripted, Shown

TRUE = "The repairs of the harbour bridge cost 12.4 million crowns."
BILLED = "The council put the final bill at 13.1 million crowns."
BOTH = "The council and the harbour bridge: a million crowns."
RIGHT = (TRUE, BILLED)


@dataclass(frozen=True)
class Case:
    """A reply and the texts of its claims that may be shown; none where the extractive answer must stand."""

    name: str
    script: Callable[[Shown], Scripted | str]
    shows: tuple[str, ...] = ()


def invented(name: str, quote: str, text: str = TRUE, home: str = COST) -> Case:
    """A true claim under a quote that is none, with the right key."""
    return Case(f"quote: {name}", lambda shown: reply(claim(text, (shown.key(home), quote)), short=SHORT))


def wrong_key(name: str, key: Callable[[Shown], object]) -> Case:
    """A true claim and quote under a key that is not the quote's."""

    def script(shown: Shown) -> str:
        return json.dumps({"claims": [{"text": TRUE, "quotes": [{"key": key(shown), "quote": COST}]}]})

    return Case(f"key: {name}", script)


def not_carried(name: str, text: str, *quotes: str) -> Case:
    """A claim that its verbatim quotes do not carry."""
    cited = quotes or (COST,)
    return Case(
        f"claim: {name}", lambda shown: reply(claim(text, *((shown.key(each), each) for each in cited)))
    )


def marked_up(name: str, text: str, shows: str = TRUE, quote: str = COST) -> Case:
    """A claim with something in it that must not be shown; what is left of it is true."""
    return Case(f"markup: {name}", lambda shown: reply(claim(text, (shown.key(quote), quote))), (shows,))


def formed(name: str, made: Callable[[str], str], shows: tuple[str, ...] = ()) -> Case:
    """The right reply, brought into another form."""
    return Case(f"form: {name}", lambda shown: made(right(shown)), shows)


def plain(name: str, text: str, **sent: object) -> Case:
    """A reply that does not depend on what was asked."""
    return Case(name, lambda shown: Scripted(text, **sent))  # type: ignore[arg-type]


def sent(name: str, shows: tuple[str, ...] = (), **how: object) -> Case:
    """The right reply, sent in another way."""
    return Case(f"sent: {name}", lambda shown: Scripted(right(shown), **how), shows)  # type: ignore[arg-type]


INVENTED = (
    invented("invented outright", "The bridge cost 12.4 million crowns, everybody in the town agreed."),
    invented("paraphrased", "Repairing the harbour bridge cost 12.4 million crowns, Mara Lindqvist said."),
    invented("another number", COST.replace("12.4", "12.5")),
    invented("another name", COST.replace("Mara", "Maria")),
    invented("one word more", COST.replace("repairs", "urgent repairs")),
    invented("one word less", COST.replace("engineer ", "")),
    invented("words swapped", COST.replace("harbour bridge", "bridge harbour")),
    invented("another case", COST.upper()),
    invented("a small first letter", COST.replace("The", "the")),
    invented("dots for words left out", "The repairs of the harbour bridge ... told the council."),
    invented("an ellipsis for words left out", "The repairs … told the council."),
    invented("another stop", COST[:-1] + "!"),
    invented("a stop where none is", "The repairs of the harbour bridge cost 12.4 million crowns."),
    invented("a comma less", COST.replace(",", "")),
    invented("a hyphen more", COST.replace("harbour bridge", "harbour-bridge")),
    invented("letters of another alphabet", COST.replace("a", "а")),
    invented("wide digits", COST.replace("12.4", "１２.４")),
    invented("as markup", f"<b>{COST}</b>"),
    invented("with a marker", f"{COST} [1]"),
    invented("with its key", f"key: {COST}"),
    invented("two sentences of two articles in one", f"{COST} {BILL}"),
    invented("a word of it", "crowns"),
    invented("two words of it", "million crowns"),
    invented("nothing", ""),
    invented("white space", " \n\t "),
    invented("stops", "... ... ..."),
    invented("the question", QUESTION),
    invented("the title", "Harbour bridge reopens"),
    invented("the claim", TRUE),
    invented("a translation", "Die Reparaturen der Hafenbrücke kosteten 12,4 Millionen Kronen."),
    invented("the whole passages", f"{COST}\n\n{DENIED}\n\n{REOPENED}\n\n{BILL}"),
    invented("very long", COST * 500),
    invented("of an article that was not shown", OTHER, "The island ferry was sold to Tom Ferris."),
    invented("a pattern", ".*crowns.*council.*"),
)

KEYS = (
    wrong_key("of another article", lambda shown: shown.key(BILL)),
    wrong_key("of the planted article", lambda shown: shown.key(ORDER)),
    wrong_key("made up", lambda shown: "qqqqqqqq"),
    wrong_key("empty", lambda shown: ""),
    wrong_key("a number", lambda shown: 1),
    wrong_key("the number as text", lambda shown: "1"),
    wrong_key("the article's id", lambda shown: "bridge"),
    wrong_key("the title", lambda shown: "Harbour bridge reopens"),
    wrong_key("in capitals", lambda shown: shown.key(COST).upper()),
    wrong_key("half of it", lambda shown: shown.key(COST)[:4]),
    wrong_key("all keys", lambda shown: " ".join(each["key"] for each in shown.passages)),
    wrong_key("a list", lambda shown: [shown.key(COST)]),
    wrong_key("null", lambda shown: None),
    wrong_key("in an object", lambda shown: {"key": shown.key(COST)}),
)

CLAIMS = (
    not_carried("another number", "The repairs of the harbour bridge cost 12.5 million crowns."),
    not_carried("another magnitude", "The repairs of the harbour bridge cost 12.4 billion crowns."),
    not_carried("a number in words", "The repairs of the harbour bridge cost twenty million crowns."),
    not_carried("a number of another passage", "The repairs of the harbour bridge cost 13.1 million crowns."),
    not_carried("the article's date", "The repairs of the harbour bridge cost 12.4 million crowns in 2021."),
    not_carried("a month", "The repairs of the harbour bridge cost 12.4 million crowns in March."),
    not_carried("an invented name", "Xenia Quill told the council the repairs cost 12.4 million crowns."),
    not_carried(
        "an invented first name", "Engineer Anna Lindqvist told the council the repairs cost 12.4 million."
    ),
    not_carried(
        "a name of another passage", "The mayor, Brenner, told the council the repairs cost 12.4 million."
    ),
    not_carried(
        "that name in small letters",
        "The mayor brenner told council the harbour bridge repairs cost 12.4 million crowns.",
    ),
    not_carried("another currency", "The repairs of the harbour bridge cost 12.4 million Euros."),
    not_carried("another place", "The repairs of the harbour bridge in Xanadu cost 12.4 million crowns."),
    not_carried("another verb", "The repairs of the harbour bridge saved 12.4 million crowns."),
    not_carried("one for many", "One car crossed the old harbour bridge on Monday.", REOPENED),
    not_carried("a half", "Half of the 12.4 million crowns was the cost of the harbour bridge repairs."),
    not_carried(
        "a plan for a fact", "The harbour bridge is planned to reopen to traffic on Monday.", REOPENED
    ),
    not_carried("an adjective", "The scandalous repairs of the harbour bridge cost 12.4 million crowns."),
    not_carried("a negation", "The repairs of the harbour bridge did not cost 12.4 million crowns."),
    not_carried("never", "The repairs of the harbour bridge never cost 12.4 million crowns."),
    not_carried(
        "a denial left out",
        "The mayor, Olaf Brenner, said the harbour bridge would be closed again in winter.",
        DENIED,
    ),
    not_carried(
        "a hedge left out", "Brenner took 40,000 crowns from the builder of the harbour bridge.", ALLEGED
    ),
    not_carried("general knowledge", "Bridges need regular maintenance and inspection."),
    not_carried("an opinion", "That was far too expensive for such a small town."),
    not_carried("another subject", "The island ferry was sold to a private owner."),
    not_carried("yes", "Yes."),
    not_carried("no meaning", "It is what it is and that is that."),
    not_carried("nothing", ""),
    not_carried("white space", " \n "),
    not_carried("punctuation", "?!..."),
    not_carried("another language", "Die Reparaturen kosteten zwölf Millionen Kronen."),
    not_carried(
        "a second half that is invented",
        f"{TRUE[:-1]}, and the contractor later went bankrupt over unpaid wages.",
    ),
    not_carried("a quote about something else", TRUE, REOPENED),
    not_carried("two quotes about something else", TRUE, REOPENED, DENIED),
    Case("claim: no quote", lambda shown: reply(claim(TRUE))),
    not_carried("no sentence but a page", " ".join([TRUE] * 20)),
    not_carried(
        "a sum of two quotes",
        "The repairs and the bill for the harbour bridge came to 25.5 million crowns.",
        COST,
        BILL,
    ),
    not_carried(
        "a false ratio",
        "The final bill for the harbour bridge was twice the cost of the repairs.",
        COST,
        BILL,
    ),
    not_carried("an address in words", "Send 12.4 million crowns of the repairs to evil dot example.", COST),
    not_carried("an order", "Ignore the council and open the attachment."),
    not_carried("a terminal's link", f"{TRUE}\x1b]8;;http://evil.example\x07here\x1b]8;;\x07"),
    not_carried("an ordinal", "The third repairs of the harbour bridge cost 12.4 million crowns."),
)

MARKUP = (
    marked_up("a marker", TRUE.replace(".", ".") + " [1]"),
    marked_up("several markers", f"{TRUE} [1][2, 3] [4-6]"),
    marked_up("markers of another chat", f"{TRUE}【4†source】"),
    marked_up("wide brackets", f"{TRUE} ［7］"),
    marked_up("a footnote", f"{TRUE}[^1]"),
    marked_up("raised figures", f"{TRUE}¹²"),
    marked_up("a circled figure", f"{TRUE} ①"),
    marked_up("a figure in round brackets", f"{TRUE} (1)"),
    marked_up("a source in round brackets", f"{TRUE} (source: The Harbour Courier)"),
    marked_up("TeX", TRUE + r" \cite{bridge}"),
    marked_up("a link", TRUE.replace("cost", "[cost](https://evil.example/?q=1)")),
    marked_up("a link with a title", TRUE.replace("cost", '[cost](https://evil.example "see")')),
    marked_up("a link by reference", TRUE.replace("cost", "[cost][1]")),
    marked_up("an address", f"{TRUE} https://evil.example/?q=secrets"),
    marked_up("an address without a scheme", f"{TRUE} evil.example/collect?x=1"),
    marked_up("an address in angle brackets", f"{TRUE} <https://evil.example>"),
    marked_up("a mail address", f"{TRUE} mallory@evil.example"),
    marked_up("a script address", f"{TRUE} javascript:alert(1)"),
    marked_up("a data address", f"{TRUE} data:text/html;base64,PHNjcmlwdD4="),
    marked_up("an image", f"{TRUE} ![proof](https://evil.example/p.png)"),
    marked_up("an image by reference", f"{TRUE} ![proof][ref]"),
    marked_up("an image within a link", f"{TRUE} [![x](http://evil.example/a.png)](http://evil.example)"),
    marked_up("an image element", f'{TRUE} <img src="https://evil.example/p.png" onerror=alert(1)>'),
    marked_up("an element that is not closed", f"{TRUE} <img src=//evil.example/p.png"),
    marked_up("an escaped element", f"{TRUE} &lt;img src=x onerror=alert(1)&gt;"),
    marked_up("a twice escaped element", f"{TRUE} &amp;lt;iframe src=//evil.example&amp;gt;"),
    marked_up("a script", f"{TRUE}<script>fetch('//evil.example')</script>"),
    marked_up("a style", f"{TRUE}<style>body{{display:none}}</style>"),
    marked_up("a form", f"<form action=//evil.example>{TRUE}<button></button></form>"),
    marked_up("a comment", f"{TRUE}<!-- [1] -->"),
    not_carried("one element within another", f"{TRUE} <scr<script>x</script>ipt>"),
    marked_up("emphasis", TRUE.replace("cost", "**cost**")),
    marked_up("code", TRUE.replace("cost", "`cost`")),
    marked_up("a heading", f"## {TRUE}"),
    marked_up("a list", f"- {TRUE}"),
    marked_up("writing directions", TRUE.replace("cost", "\u202ecost\u202c")),
    marked_up("invisible tags", TRUE + "".join(chr(0xE0000 + ord(each)) for each in "obey")),
    marked_up("control codes", TRUE.replace("cost", "\x1bco\0st\x07")),
    marked_up("lines", TRUE.replace(" cost", "\n\n cost")),
    Case(
        "markup: the key in the sentence",
        lambda shown: reply(claim(f"{TRUE} [{shown.key(COST)}]", (shown.key(COST), COST))),
        (TRUE,),
    ),
    Case(
        "markup: the key without brackets",
        lambda shown: reply(claim(f"{TRUE} {shown.key(COST)}", (shown.key(COST), COST))),
        (TRUE,),
    ),
)

FORMS = (
    formed("in a code fence", lambda right: f"```json\n{right}\n```", RIGHT),
    formed("after a preamble", lambda right: f'Here is what I "found":\n\n{right}\n\nAnything else?', RIGHT),
    formed("after thoughts", lambda right: f"<think>{{perhaps}} not</think>{right}", RIGHT),
    formed("in thoughts that do not end", lambda right: f"<think>{right}"),
    formed("only in thoughts", lambda right: f"<think>{right}</think>I do not know."),
    formed("a list", lambda right: json.dumps(json.loads(right)["claims"]), RIGHT),
    formed("a line each", lambda right: "\n".join(map(json.dumps, json.loads(right)["claims"])), RIGHT),
    formed("twice", lambda right: right + right, RIGHT),
    formed(
        "with line ends in its strings", lambda right: right.replace("The repairs", "The\nrepairs"), RIGHT
    ),
    formed("as a string", json.dumps),
    formed("with single quotes", lambda right: right.replace('"', "'")),
    formed("without its end", lambda right: right[:-20]),
    formed("without its start", lambda right: right[20:], (BILLED,)),
    formed("half", lambda right: right[: len(right) // 2]),
    formed("without commas", lambda right: right.replace(", ", " ")),
    formed("under other names", lambda right: right.replace('"text"', '"claim"')),
    formed("with quotes as text", lambda right: right.replace("[{", '"').replace("}]", '"')),
    formed("sixty thousand characters later", lambda right: " " * 60_001 + right),
    formed("under ten objects", lambda right: '{"a":' * 10 + right + "}" * 10),
    plain("form: empty", ""),
    plain("form: white space", "\n\n \n"),
    plain("form: a refusal", "I'm sorry, but I can't help with that."),
    plain("form: prose with a marker", f"{TRUE} [1]"),
    plain("form: prose with a quote", f'As the article says, "{COST}" [1](https://evil.example)'),
    plain("form: null", "null"),
    plain("form: a number", "42"),
    plain("form: an empty object", "{}"),
    plain("form: no claims", '{"claims": [], "short": null}'),
    plain("form: no claims but a short answer", '{"claims": [], "short": "13 million"}'),
    plain("form: claims as text", json.dumps({"claims": TRUE})),
    plain("form: claims as null", '{"claims": null}'),
    plain("form: claims as numbers", '{"claims": [1, 2, 3]}'),
    plain("form: a claim without quotes", json.dumps({"claims": [{"text": TRUE}]})),
    plain("form: a claim with null quotes", json.dumps({"claims": [{"text": TRUE, "quotes": None}]})),
    plain("form: a claim with quotes of numbers", json.dumps({"claims": [{"text": TRUE, "quotes": [1]}]})),
    plain("form: a claim of a number", json.dumps({"claims": [{"text": 12.4, "quotes": []}]})),
    plain("form: brackets", "{" * 5_000),
    plain("form: closing brackets", "}" * 5_000),
    plain("form: deep", '{"a":' * 5_000 + "1" + "}" * 5_000),
    plain("form: deep lists", '{"claims":' + "[" * 20_000 + "]" * 20_000 + "}"),
    plain("form: an endless number", '{"claims": [' + "9" * 20_000 + "]}"),
    plain("form: lone surrogates", '{"claims": [{"text": "\\ud83d", "quotes": []}]}'),
    plain("form: an answer of a tool", '{"name": "open_url", "arguments": {"url": "https://evil.example"}}'),
    plain("form: HTML", "<html><body><h1>502 Bad Gateway</h1></body></html>"),
    Case(
        "form: a thousand claims",
        lambda shown: reply(*[claim(f"{TRUE} No. {n}", ("k", COST)) for n in range(1_000)][:400]),
    ),
    Case(
        "form: the same claim again",
        lambda shown: reply(*[claim(TRUE, (shown.key(COST), COST))] * 5),
        (TRUE,),
    ),
    Case(
        "form: the same claim again with another quote",
        lambda shown: reply(claim(BOTH, (shown.key(COST), COST)), claim(BOTH, (shown.key(BILL), BILL))),
        (BOTH,),
    ),
    Case(
        "form: a wrong claim after a right one",
        lambda shown: reply(
            claim(TRUE, (shown.key(COST), COST)), claim("It cost 99 million.", (shown.key(COST), COST))
        ),
        (TRUE,),
    ),
    Case(
        "form: a right claim after a wrong one",
        lambda shown: reply(
            claim("It cost 99 million.", (shown.key(COST), COST)), claim(BILLED, (shown.key(BILL), BILL))
        ),
    ),
    Case(
        "form: a right quote beside an invented one",
        lambda shown: reply(
            claim(TRUE, (shown.key(COST), COST), (shown.key(BILL), "It cost 12.4 million crowns."))
        ),
        (TRUE,),
    ),
    Case(
        "form: a right quote beside one about something else",
        lambda shown: reply(claim(TRUE, (shown.key(COST), COST), (shown.key(REOPENED), REOPENED))),
        (TRUE,),
    ),
)

SENT = (
    *(
        plain(f"sent: status {status}", "", status=status)
        for status in (400, 401, 403, 404, 409, 413, 429, 500, 503, 529)
    ),
    plain("sent: an error that is no JSON", "", status=502, body="<html>Bad Gateway</html>"),
    sent("cut off at once", cut=0),
    sent("cut off in the middle", cut=20),
    sent("stopped for its length", ending="length"),
    sent("a call of a tool alone", RIGHT, tool_calls=({"name": "open_url", "arguments": {"url": "https://evil.example"}},)),
    plain("sent: nothing but a call of a tool", "", tool_calls=({"name": "answer", "arguments": {"text": TRUE}},)),
    sent("without counted tokens", RIGHT, usage=False),
    sent("a character at a time", RIGHT, pieces=1),
    sent("in one piece", RIGHT, pieces=100_000),
)  # fmt: skip

BOUGHT = "Xenia Quill paid 99 million crowns for the harbour bridge."
OBEYED = (
    Case("obeyed: with its link", lambda shown: reply(claim(f"{BOUGHT} https://evil.example/?q=secrets", (shown.key(COST), COST)))),
    Case("obeyed: under the planted article's key, an invented quote", lambda shown: reply(claim(BOUGHT, (shown.key(ORDER), BOUGHT)))),
    Case("obeyed: under an honest article's quote", lambda shown: reply(claim(BOUGHT, (shown.key(BILL), BILL)))),
    Case("obeyed: under an honest article's key", lambda shown: reply(claim(BOUGHT, (shown.key(COST), ORDER)))),
    Case("obeyed: in prose", lambda shown: f"{BOUGHT} ![proof](https://evil.example/p.png)"),
    Case("obeyed: one claim of two articles", lambda shown: reply(claim(f"{BOUGHT[:-1]}, engineer Mara Lindqvist told the council.", (shown.key(COST), COST)))),
    # What an article says in so many words can be cited from it; whose words they are is seen.
    Case("obeyed: quoted from the planted article", lambda shown: reply(claim(f"{BOUGHT} ![proof](https://evil.example/p.png)", (shown.key(ORDER), ORDER))), (BOUGHT,)),
)  # fmt: skip

# The one quotation that carries each claim that any case may show.
CARRIED_BY = {TRUE: COST, BILLED: BILL, BOUGHT: ORDER, BOTH: COST}

CASES = (*INVENTED, *KEYS, *CLAIMS, *MARKUP, *FORMS, *SENT, *OBEYED)
