"""What a note says: text here, HTML to programs."""

import re
from html import escape
from html.parser import HTMLParser

TAGS = re.compile(r"</?(?:p|br|div|span|b|i|u|s|strong|em|a|ul|ol|li|h[1-6]|blockquote|pre|code|img)\b[^<>]*>", re.I)
PARAGRAPHS = {"p", "div", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"}
LINES = {"br", "li"}


def as_html(text: str) -> str:
    """A text as HTML: a paragraph for each, a break for each line."""
    paragraphs = re.split(r"\n{2,}", text)
    return "".join(f"<p>{escape(one, quote=False).replace(chr(10), '<br>')}</p>" for one in paragraphs)


def as_text(body: object) -> object:
    """HTML as the text that it shows. What has no tags is text already; what is no text is for the core to refuse."""
    if not isinstance(body, str) or not TAGS.search(body):
        return body
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", reader.text).strip()


class _Reader(HTMLParser):
    """Keeps the text of some HTML, and where its paragraphs and lines end."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in PARAGRAPHS and self.text and not self.text.endswith("\n\n"):
            self.text += "\n\n"
        elif tag in LINES and self.text and not (tag == "li" and self.text.endswith("\n")):
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.text += "\n\n"
