"""What the library below the panel says, in the panel's language.

The library raises and writes plain sentences: they also go to terminals, into logs and through other processes, and older
experiments hold them. Resources/CoreTexts.json lists them as templates with fields, read from the source by
Scripts/translations.py. Here a sentence is recognised by its template, and the template's translation gets the sentence's values.
What fits no template is shown as it is.
"""

import functools
import json
import re

from slicer.i18n import translate

from ..core.resources import resource
from .panel_words import panelWords

CONTEXT = "CoreTexts"  # the catalogue's name, which Slicer's tool takes as context
MOST_DEPTH = 3  # of sentences within sentences
START, END = 1, 8  # letters by which templates are found
MOST_PARTS = 3  # of a list or of several sentences that are tried as one
_FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")


def text(english):
    """A text of the catalogue as it stands there, such as a setting's."""
    translated = translate(CONTEXT, english)
    return translated if set(_FIELD.findall(translated)) == set(_FIELD.findall(english)) else english


def said(message):
    """Sentences of the library in the panel's language."""
    return _translated(message, 0)[0]


class Template:
    """A sentence with fields.

    Attributes:
        text: with its fields in braces.
        letters: how many of its letters are no values.
        longest: the longest of its parts that are no values; what lacks it is no such sentence.
    """

    def __init__(self, text):
        self.text = text
        parts = _FIELD.split(text)
        self._literals, self._names = [_plain(part) for part in parts[::2]], parts[1::2]
        self.letters = sum(map(len, self._literals))
        self.longest = max(self._literals, key=len)

    def key(self):
        """What of the beginning or the end of a sentence finds it in :func:`_index`."""
        first, last = self._literals[0], self._literals[-1]
        return first[:START] or (len(last) >= END and last[-END:]) or ""

    def values(self, message):
        """The values by the names of the fields, if a message is such a sentence; else None."""
        first, last, place = self._literals[0], self._literals[-1], len(self._literals[0])
        if not self._names:
            return {} if message == first else None
        end = len(message) - len(last)
        if place > end or not (message.startswith(first) and message.endswith(last)):
            return None
        values = {}
        for number, (name, literal) in enumerate(zip(self._names, self._literals[1:], strict=True), 1):
            found = message.find(literal, place, end) if number < len(self._names) else end
            if found < 0 or values.setdefault(name, message[place:found]) != message[place:found]:
                return None
            place = found + len(literal)
        return values

    def filled(self, values):
        """The sentence in the panel's language and words."""
        parts = _FIELD.split(panelWords().get(self.text) or text(self.text))
        return "".join(values[part] if place % 2 else _plain(part) for place, part in enumerate(parts))


@functools.cache
def templates():
    """All templates of the catalogue."""
    catalogue = json.loads(resource("CoreTexts.json").read_text(encoding="utf-8"))
    return [Template(entry["text"]) for entry in catalogue["sentences"]]


@functools.cache
def _index():
    index = {}
    for template in templates():
        index.setdefault(template.key(), []).append(template)
    return index


def fitting(message):
    """The templates that a message may be made from, each with its values."""
    near = [template for key in {message[:START], message[-END:], ""} for template in _index().get(key, ()) if template.longest in message]
    return [(template, values) for template in near if (values := template.values(message)) is not None]


@functools.lru_cache(4096)
def _translated(message, depth):
    """A message in the panel's language, and how many of its letters belong to known sentences."""
    whole = _sentence(message, depth)
    several = _parts(re.split(r"(?<=[.!?]) (?=\S)", message), " ", lambda part: _sentence(part, depth))
    best = several if several[1] > whole[1] else whole
    return best if best[1] else _of_file(message, depth)


def _of_file(message, depth):
    """The same for a sentence after the name of the file that it is about, which no template holds."""
    for colon in re.finditer(r": ", message):
        words, letters = _sentence(message[colon.end() :], depth)
        if letters:
            return message[: colon.end()] + words, letters
    return message, 0


def _sentence(message, depth):
    """The same for one sentence: by that of the fitting templates with which most of it is known."""
    best = message, 0
    for template, values in fitting(message):
        inner = {name: _value(value, depth + 1) if depth < MOST_DEPTH else (value, 0) for name, value in values.items()}
        known = template.letters + sum(letters for _words, letters in inner.values())
        if known > best[1]:
            best = template.filled({name: words for name, (words, _letters) in inner.items()}), known
    return best


def _value(value, depth):
    """The same for what stands for a field: a sentence without its full stop or its capital, a list of such, or just a value."""
    for before, after in ((value, str), (value + ".", _without_stop), (value[:1].lower() + value[1:], _with_capital)):
        words, letters = _translated(before, depth)
        if letters:
            return after(words), letters
    for comma in (", ", "; "):
        words, letters = _parts(value.split(comma), comma, lambda part: _translated(part, depth))
        if letters:
            return words, letters
    return value, 0


def _parts(parts, between, translated):
    """The same for what is put together from several; what stands between them may also be within one."""
    if len(parts) == 1:
        return parts[0], 0
    best = {len(parts): ([], 0)}  # for what begins with each part
    for start in reversed(range(len(parts))):
        ways = []
        for end in range(start + 1, min(start + MOST_PARTS, len(parts)) + 1):
            words, letters = translated(between.join(parts[start:end]))
            if letters or end == start + 1:
                ways.append(([words, *best[end][0]], letters + best[end][1]))
        best[start] = max(ways, key=lambda way: way[1])
    return between.join(best[0][0]), best[0][1]


def _plain(literal):
    return literal.replace("{{", "{").replace("}}", "}")


def _without_stop(sentence):
    return sentence.removesuffix(".")


def _with_capital(sentence):
    return sentence[:1].upper() + sentence[1:]
