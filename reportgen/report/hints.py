"""What to do about a mistake, told by its kind."""

from __future__ import annotations

import re

_FRONT = (
    "the front matter holds pregunta, seccion, titulo and estado, each 'name: text' on its line"
)
_SHOW = "`reportgen show` lists every value with the expression that prints it"
_EXPRESSION = (
    "an expression stands between '{{' and '}}', a tag between '{%' and '%}'; brackets and "
    "quotation marks come in pairs"
)
_RULE = "a style rule is 'selector { name: value; name: value; }'"
_COPY = "put a copy of the file into the templates folder and name that"
_HINTS = (
    (r"^(unexpected (char )?'|expected token )", _EXPRESSION),
    (r"\btag 'end|^unexpected end of template", "blocks are closed in turn, the last opened first"),
    (r"^encountered unknown tag", "the tags are those of Jinja: for, if, set, include, import…"),
    (
        r"^no filter named",
        "the report's filters are pct, num, miles, puntos, fecha, duracion, lista",
    ),
    (r"^no test named", "the usual tests are 'defined', 'none', 'true' and 'false'"),
    (r"^there is no (file .* among the templates|comment)", "the names are those of the files"),
    (r"includes or calls itself", "one of the two has to go on without the other"),
    (r"^macro '", "its first line, '{% macro … %}', names what it takes"),
    (r"doesn't exist|^there is no item|wants a (whole )?number|wants a date", _SHOW),
    (r"^this is nothing that", _SHOW),
    (r"^this is a (group|list)|^there is no value", _SHOW),
    (
        r"^division by|^unsupported operand|not supported between",
        "only numbers can be reckoned with",
    ),
    (r"^access to attribute", "a template reads values by '.name' and changes none"),
    (r"isn't UTF-8", "save the file in the encoding UTF-8"),
    (r"^a style file can't", "leave out the '</'; it would end the page's style"),
    (r"isn't YAML", "a text with a colon or quotation marks stands between quotation marks"),
    (r"front matter|is no (field|state)|^'.*' stands twice|wants a line of text", _FRONT),
    (r"^the report has no section", "write the number of the section that asks the question"),
    (r"^the question is", "rename the one or the other"),
    (r"^the id ", "give one of the two another id"),
    (r"bracket .* has no partner", "what follows it would be left out: close it, or take it away"),
    (r"leads nowhere", "the ids are those of the page's tables, figures, listings and sections"),
    (r"has no text, and", "write its words between '[' and ']', or name a table or a figure"),
    (r"^Ignored|qualified rule|^Unknown|^the selector|^Error: ", _RULE),
    (r"has no alternative text", 'say in words what it shows: alt="…", or ![words](file)'),
    (r"^the picture .* can't be", "is the file a whole SVG, PNG or JPEG picture?"),
    (r"^no font of the page", "write it in words, or with a Latin, Greek or mathematical sign"),
    (r"there is no such file", "files are searched in the templates folder and in the build's"),
    (r"lies outside the project|^a page (opens|shows) only|data can only be", _COPY),
    (r"more memory|nested too deeply|longer than", "look for a loop or a text that is repeated"),
    (r"^(WeasyPrint|the page) can't", "take out what was written last, and add it in small steps"),
)


def hint_for(message: str) -> str | None:
    """What to do about a mistake with this message; None where nothing general can be said."""
    for pattern, hint in _HINTS:
        if re.search(pattern, message.split("\n", 1)[0]):
            return hint
    return None
